package dev.garboard.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A certificate that was taken back before its end.
 *
 * @param serial hex digits, as {@link #serialOf} writes them
 * @param keyDigest SHA-256 of the public key, 64 hex digits; empty when only the serial number was known
 * @param notAfter when the certificate would have ended; nothing has to be remembered after it
 */
public record Revocation(String serial, String keyDigest, Instant notAfter) {

    public Revocation {
        if (!serial.matches("[0-9a-f]{1,40}")) {
            throw new TrustException(
                    "the serial number \"" + serial + "\" is none, expected 1 to 40 hex digits in lower case");
        }
        if (!keyDigest.matches("([0-9a-f]{64})?")) {
            throw new TrustException("the key's digest \"" + keyDigest + "\" is none, expected 64 hex digits");
        }
    }

    /** The serial number of a certificate in hex. */
    public static String serialOf(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    /** SHA-256 of a certificate's public key (SubjectPublicKeyInfo) in hex. */
    public static String keyDigestOf(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(certificate.getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new TrustException("this Java runtime has no SHA-256", impossible);
        }
    }
}
