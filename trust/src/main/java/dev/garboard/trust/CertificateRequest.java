package dev.garboard.trust;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;

/**
 * A PKCS #10 request (RFC 2986) as a node makes it: its public key, signed by its private key. Written without BouncyCastle, so that the node image can do without it.
 */
public final class CertificateRequest {

    private static final byte[] VERSION_1 = {0x02, 0x01, 0x00};
    private static final byte[] ORGANIZATION = {0x55, 0x04, 0x0A};
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};
    private static final byte[] ECDSA_WITH_SHA_256 = {0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x04, 0x03, 0x02};

    private CertificateRequest() {}

    /**
     * The request in DER. It names no subject, because the server names the machine.
     *
     * @param keys an elliptic-curve pair, see {@link KeyPairs#ecP256}
     */
    public static byte[] create(KeyPair keys) {
        return create(keys, Der.write(Der.SEQUENCE));
    }

    /** The request in DER, for a certificate of this organization and common name. */
    public static byte[] create(KeyPair keys, String organization, String commonName) {
        return create(
                keys,
                Der.write(Der.SEQUENCE, attribute(ORGANIZATION, organization), attribute(COMMON_NAME, commonName)));
    }

    private static byte[] attribute(byte[] type, String value) {
        return Der.write(
                Der.SET,
                Der.write(
                        Der.SEQUENCE,
                        Der.write(Der.OBJECT_IDENTIFIER, type),
                        Der.write(Der.UTF8_STRING, value.getBytes(StandardCharsets.UTF_8))));
    }

    private static byte[] create(KeyPair keys, byte[] subject) {
        if (!(keys.getPublic() instanceof ECPublicKey)) {
            throw new TrustException(
                    "a node key is an EC key, found " + keys.getPublic().getAlgorithm());
        }
        byte[] noAttributes = Der.write(Der.CONTEXT_0);
        byte[] content =
                Der.write(Der.SEQUENCE, VERSION_1, subject, keys.getPublic().getEncoded(), noAttributes);
        byte[] algorithm = Der.write(Der.SEQUENCE, Der.write(Der.OBJECT_IDENTIFIER, ECDSA_WITH_SHA_256));
        byte[] noUnusedBits = {0};
        return Der.write(
                Der.SEQUENCE, content, algorithm, Der.write(Der.BIT_STRING, noUnusedBits, sign(keys, content)));
    }

    private static byte[] sign(KeyPair keys, byte[] content) {
        try {
            var signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(keys.getPrivate());
            signer.update(content);
            return signer.sign();
        } catch (GeneralSecurityException unusable) {
            throw new TrustException(
                    "the node key cannot sign a certificate request: " + unusable.getMessage(), unusable);
        }
    }
}
