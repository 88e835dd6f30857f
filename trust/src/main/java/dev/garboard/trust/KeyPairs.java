package dev.garboard.trust;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/** Makes the two kinds of key that Garboard uses, with the JDK's own providers. */
public final class KeyPairs {

    private KeyPairs() {}

    /** For the site CA, the server, people and nodes. */
    public static KeyPair ecP256() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException missing) {
            throw new TrustException(
                    "this Java runtime has no EC keys on P-256; it needs the module java.base of JDK 25", missing);
        }
    }

    /** Whether a key is on the curve P-256; there are other curves of 256 bits. */
    static boolean isP256(ECPublicKey key) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            var wanted = parameters.getParameterSpec(ECParameterSpec.class);
            var found = key.getParams();
            return found.getCurve().equals(wanted.getCurve())
                    && found.getGenerator().equals(wanted.getGenerator())
                    && found.getOrder().equals(wanted.getOrder());
        } catch (GeneralSecurityException unsupported) {
            throw new TrustException("this Java runtime has no curve P-256", unsupported);
        }
    }

    /** For the release key: every iPXE can verify RSA, none can verify elliptic curves. */
    public static KeyPair rsa3072() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(3072, new SecureRandom());
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException missing) {
            throw new TrustException(
                    "this Java runtime has no RSA keys; it needs the module java.base of JDK 25", missing);
        }
    }

    static String signatureAlgorithm(PrivateKey key) {
        return key instanceof RSAKey ? "SHA256withRSA" : "SHA256withECDSA";
    }

    /** Whether the two belong together, found out by a signature. */
    public static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) {
        if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        try {
            var probe = new byte[] {'g', 'a', 'r', 'b', 'o', 'a', 'r', 'd'};
            var signer = Signature.getInstance(signatureAlgorithm(privateKey));
            signer.initSign(privateKey);
            signer.update(probe);
            var verifier = Signature.getInstance(signatureAlgorithm(privateKey));
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException unusable) {
            return false;
        }
    }
}
