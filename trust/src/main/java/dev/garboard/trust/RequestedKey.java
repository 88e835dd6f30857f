package dev.garboard.trust;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** The issuing side of a {@link CertificateRequest}: reads it and makes sure that the requester holds the private key. */
public final class RequestedKey {

    private static final int LARGEST_REQUEST = 16 * 1024;

    private RequestedKey() {}

    /**
     * The public key of a request.
     *
     * @param request PKCS #10 in DER
     * @throws TrustException when it cannot be read, is not signed by its own key or holds another kind of key than EC on P-256
     */
    public static PublicKey verify(byte[] request) {
        if (request.length == 0 || request.length > LARGEST_REQUEST) {
            throw new TrustException(
                    "the certificate request has " + request.length + " bytes, expected 1 to " + LARGEST_REQUEST);
        }
        var parsed = parse(request);
        if (!(parsed.key() instanceof ECPublicKey elliptic) || !KeyPairs.isP256(elliptic)) {
            throw new TrustException("the certificate request holds a key for "
                    + parsed.key().getAlgorithm() + ", expected EC on P-256");
        }
        if (!parsed.signed()) {
            throw new TrustException(
                    "the certificate request is not signed by the key it holds; make it anew with the node's key");
        }
        return parsed.key();
    }

    /**
     * What tells the key of a request from others: the SHA-256 of its SubjectPublicKeyInfo, in hex.
     *
     * @throws TrustException as {@link #verify} does
     */
    public static String fingerprint(byte[] request) {
        return Sha256.of(verify(request).getEncoded());
    }

    private record Parsed(PublicKey key, boolean signed) {}

    /** BouncyCastle answers damaged input with several unchecked exceptions besides its own, so all are caught in this one place. */
    private static Parsed parse(byte[] request) {
        try {
            var parsed = new JcaPKCS10CertificationRequest(request);
            var key = parsed.getPublicKey();
            return new Parsed(key, parsed.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key)));
        } catch (IOException
                | GeneralSecurityException
                | PKCSException
                | OperatorCreationException
                | RuntimeException malformed) {
            throw new TrustException(
                    "the certificate request is not a usable PKCS #10 request: " + malformed.getMessage(), malformed);
        }
    }
}
