package dev.garboard.trust;

import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A certificate that was taken back before its end.
 *
 * @param serial hex digits in the form of {@link #serial}, which it is brought to
 * @param keyDigest SHA-256 of the public key, 64 hex digits; empty when only the serial number was known
 * @param notAfter when the certificate would have ended; nothing has to be remembered after it
 */
public record Revocation(String serial, String keyDigest, Instant notAfter) {

    /** More than any serial number with its colons has; what is longer is not looked at. */
    private static final int LONGEST = 200;

    public Revocation {
        serial = serial(serial);
        if (!keyDigest.matches("([0-9a-f]{64})?")) {
            throw new TrustException("the key's digest \"" + keyDigest + "\" is none, expected 64 hex digits");
        }
    }

    /**
     * A serial number in the one form in which certificates are compared: hex digits in lower case, without leading zeros. Tools write
     * colons, upper case, {@code 0x} and the zero that keeps a number positive; a revocation that kept them would revoke nothing.
     *
     * @throws TrustException when it is none
     */
    public static String serial(String written) {
        var digits = written.length() > LONGEST
                ? ""
                : written.strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceFirst("^0x", "")
                        .replace(":", "")
                        .replaceFirst("^0+(?=.)", "");
        if (!digits.matches("[0-9a-f]{1,40}")) {
            throw new TrustException("the serial number \"" + ForeignText.quotable(written, LONGEST)
                    + "\" is none, expected 1 to 40 hex digits, with colons or without");
        }
        return digits;
    }

    /** The serial number of a certificate in hex. */
    public static String serialOf(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    /** SHA-256 of a certificate's public key (SubjectPublicKeyInfo) in hex. */
    public static String keyDigestOf(X509Certificate certificate) {
        return Sha256.of(certificate.getPublicKey().getEncoded());
    }

    /** Whether it need not be remembered any more, since the certificate has ended by every clock. */
    public boolean isOver(Instant now) {
        // A day more, for clocks that differ; said so, because the end may be the last there is.
        return notAfter.isBefore(now.minusSeconds(86_400));
    }

    /** As it is written in lists and files. */
    String line() {
        return serial + ' ' + (keyDigest.isEmpty() ? "-" : keyDigest) + ' ' + notAfter;
    }

    /** What a line says; the opposite of {@link #line}. */
    static Revocation ofLine(String line) {
        var words = List.of(line.split(" ", -1));
        try {
            if (words.size() == 3) {
                return new Revocation(
                        words.get(0), words.get(1).equals("-") ? "" : words.get(1), Instant.parse(words.get(2)));
            }
        } catch (DateTimeException malformed) {
            throw new TrustException("a revoked certificate has no time: \"" + line + "\"", malformed);
        }
        throw new TrustException("a revoked certificate is written \"" + line + "\", expected serial, key and time");
    }
}
