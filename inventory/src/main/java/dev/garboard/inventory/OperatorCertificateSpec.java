package dev.garboard.inventory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate of a person or a tool. The resource's name is its serial number, hex digits in lower case.
 *
 * @param subject who its bearer is; empty when only the serial number is known
 * @param role {@code reader}, {@code operator} or {@code admin}; empty when only the serial number is known
 * @param keyDigest SHA-256 of the public key in hex; empty when only the serial number is known
 * @param notAfter when it ends
 * @param issuedBy who had it issued, or how the server came to know it
 * @param revoked null while it is valid
 */
public record OperatorCertificateSpec(
        String subject,
        String role,
        String keyDigest,
        Instant notAfter,
        String issuedBy,
        @Nullable Revoked revoked) {

    /** When, by whom and why it was taken back. */
    public record Revoked(Instant at, String by, String reason) {}

    public OperatorCertificateSpec withRevoked(Revoked taken) {
        return new OperatorCertificateSpec(subject, role, keyDigest, notAfter, issuedBy, taken);
    }
}
