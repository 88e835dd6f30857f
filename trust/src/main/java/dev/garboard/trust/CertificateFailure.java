package dev.garboard.trust;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a certificate does not let its bearer in.
 *
 * @param message what was found, what was expected and what to do
 */
public record CertificateFailure(Reason reason, String message) {

    /** For programs and counters. */
    public enum Reason {
        MISSING,
        OTHER_SITE,
        EXPIRED,
        NOT_YET_VALID,
        REVOKED,
        NO_ROLE,
        ROLE_TOO_SMALL,
        REFUSED_BY_PEER,
        PEER_NOT_BELIEVED
    }

    /** What is wrong with a certificate itself, or empty. */
    public static Optional<CertificateFailure> of(X509Certificate presented, X509Certificate siteCa, Instant now) {
        var bearer = Caller.of(presented).describe();
        if (!isSignedBy(presented, siteCa)) {
            return Optional.of(new CertificateFailure(
                    Reason.OTHER_SITE,
                    "the certificate of " + bearer + " was issued by \""
                            + presented.getIssuerX500Principal().getName()
                            + "\" with a key that is not this site's CA \""
                            + siteCa.getSubjectX500Principal().getName()
                            + "\"; use a certificate of this site"));
        }
        var notAfter = presented.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            return Optional.of(new CertificateFailure(
                    Reason.EXPIRED,
                    "the certificate of " + bearer + " expired at " + notAfter + ", now is " + now
                            + "; have a new one issued, or correct the clock"));
        }
        var notBefore = presented.getNotBefore().toInstant();
        if (now.isBefore(notBefore)) {
            return Optional.of(new CertificateFailure(
                    Reason.NOT_YET_VALID,
                    "the certificate of " + bearer + " is valid from " + notBefore + ", now is " + now
                            + "; one of the two clocks is wrong"));
        }
        return Optional.empty();
    }

    /** The caller showed no certificate. */
    public static CertificateFailure missing(String action) {
        return new CertificateFailure(
                Reason.MISSING,
                action + " needs a client certificate of this site, none was shown; give one with its key");
    }

    /** The certificate was taken back. */
    public static CertificateFailure revoked(X509Certificate presented) {
        return new CertificateFailure(
                Reason.REVOKED,
                "the certificate of " + Caller.of(presented).describe() + " with the serial number "
                        + Revocation.serialOf(presented)
                        + " was revoked; use the one that replaced it, or ask an admin for another");
    }

    /** What keeps a caller from an action that needs a role, or empty. */
    public static Optional<CertificateFailure> ofRole(Caller caller, Role needed, String action) {
        if (caller.may(needed)) {
            return Optional.empty();
        }
        if (caller.roles().isEmpty()) {
            return Optional.of(new CertificateFailure(
                    Reason.NO_ROLE,
                    action + " needs the role " + needed.word() + "; the certificate of " + caller.name()
                            + " names no role (its organisation should be \"" + needed.organization() + "\")"));
        }
        return Optional.of(new CertificateFailure(
                Reason.ROLE_TOO_SMALL,
                action + " needs the role " + needed.word() + "; " + caller.name() + " has " + caller.rolesInWords()));
    }

    /**
     * What a failed TLS handshake or a broken connection means, as far as the exception tells; empty when it is not about certificates.
     *
     * @param own what this end showed, to look for the fault there first
     */
    public static Optional<CertificateFailure> explain(
            Throwable failure, @Nullable X509Certificate own, X509Certificate siteCa, Instant now) {
        var disbelief = disbeliefOf(failure);
        if (disbelief != null) {
            return Optional.of(new CertificateFailure(
                    Reason.PEER_NOT_BELIEVED, "the certificate of the peer is not believed: " + disbelief));
        }
        var alert = alertOf(failure);
        if (alert == null) {
            return Optional.empty();
        }
        if (own != null) {
            var fault = of(own, siteCa, now);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.of(
                switch (alert) {
                    case "certificate_required" -> missing("the peer");
                    case "certificate_expired" ->
                        new CertificateFailure(
                                Reason.EXPIRED,
                                "the peer says that our certificate has expired; compare the clocks of both ends");
                    case "certificate_unknown", "unknown_ca" ->
                        new CertificateFailure(
                                Reason.OTHER_SITE,
                                "the peer does not know the CA of our certificate; it belongs to another site");
                    default ->
                        new CertificateFailure(
                                Reason.REFUSED_BY_PEER, "the peer refused our certificate with the TLS alert " + alert);
                });
    }

    /** A refusal by this end has the CertificateException among its causes, the peer's refusal has not. */
    private static @Nullable String disbeliefOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException refused) {
                return refused.getMessage();
            }
        }
        return null;
    }

    /** The JDK passes the peer's alert on in the message of an SSLException, and in no other way. */
    private static @Nullable String alertOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            var message = cause.getMessage();
            if (message == null || !message.contains("Received fatal alert")) {
                continue;
            }
            for (var alert : new String[] {
                "certificate_required",
                "certificate_expired",
                "certificate_unknown",
                "certificate_revoked",
                "unknown_ca",
                "bad_certificate",
                "unsupported_certificate",
                "access_denied"
            }) {
                if (message.contains(alert)) {
                    return alert;
                }
            }
        }
        return null;
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException anotherKey) {
            return false;
        }
    }
}
