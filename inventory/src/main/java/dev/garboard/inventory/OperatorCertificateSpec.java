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
 * @param issuedWith serial number of the certificate that it was asked for with; null when it was not issued over the API
 * @param renews serial number of the certificate that it is to replace; null when it was issued otherwise
 * @param revoked null while it is valid
 */
public record OperatorCertificateSpec(
        String subject,
        String role,
        String keyDigest,
        Instant notAfter,
        String issuedBy,
        @Nullable String issuedWith,
        @Nullable String renews,
        @Nullable Revoked revoked) {

    /** As many there are that have not expired: no more than the list of revoked ones that nodes get may name. */
    public static final int MOST = 10_000;

    /**
     * When, by whom and why it was taken back.
     *
     * @param reach what goes with it; null, as older versions wrote it, for nothing
     */
    public record Revoked(
            Instant at, String by, String reason, @Nullable Reach reach) {}

    /** What of all that was issued with a certificate is revoked with it. Each holds what the one before it does. */
    public enum Reach {
        /** This one: its bearer has another one and keeps that. */
        ALONE,
        /** Its renewals and what else was issued with it for the same name: whoever stole it made them. */
        RENEWALS,
        /** Everything that was issued with it, whoever it is for. */
        ISSUED
    }

    /** One that is known by its serial number only. */
    public static OperatorCertificateSpec unknown(Instant notAfter) {
        return new OperatorCertificateSpec("", "", "", notAfter, "not recorded", null, null, null);
    }

    public OperatorCertificateSpec withKeyDigest(String known) {
        return new OperatorCertificateSpec(subject, role, known, notAfter, issuedBy, issuedWith, renews, revoked);
    }

    public OperatorCertificateSpec withRevoked(Revoked taken) {
        return new OperatorCertificateSpec(subject, role, keyDigest, notAfter, issuedBy, issuedWith, renews, taken);
    }

    /** As {@link #withRevoked}; when it is revoked already, only the reach can grow. */
    public OperatorCertificateSpec alsoRevoked(Revoked taken) {
        var before = revoked;
        if (before == null) {
            return withRevoked(taken);
        }
        var had = before.reach() == null ? Reach.ALONE : before.reach();
        var wanted = taken.reach() == null ? Reach.ALONE : taken.reach();
        return wanted.compareTo(had) > 0
                ? withRevoked(new Revoked(before.at(), before.by(), before.reason(), wanted))
                : this;
    }
}
