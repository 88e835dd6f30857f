package dev.garboard.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Objects;

/**
 * How many certificates of people there may be: whoever has one cannot make any number of them, and the list of those that were revoked stays
 * so short that every node takes it. Pure.
 */
final class CertificateChecks {

    /** Of all names together, expired ones not counted. */
    static final int MOST = OperatorCertificateSpec.MOST;

    /** As many may be issued; the rest is left for what has to be revoked and was not in the book. */
    static final int MOST_ISSUED = 8_000;

    /** Of one name, revoked ones among them: a year of renewals at five a week. */
    static final int OF_ONE_NAME = 256;

    /** Of one name and not revoked. */
    static final int LIVING = 16;

    /** What was revoked is remembered for so long after its end, for clocks that differ. */
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private CertificateChecks() {}

    /** A book of certificates: the readable rows, and how many there are beside them. */
    record Book(Collection<Resource<OperatorCertificateSpec, NoStatus>> certificates, int unreadable, Instant now) {

        private boolean counts(OperatorCertificateSpec spec) {
            return spec.notAfter().plus(REMEMBERED).isAfter(now);
        }
    }

    /** Finds why a certificate may not be entered. */
    static void checkNew(String serial, OperatorCertificateSpec wanted, Book book, Findings findings) {
        var counted = book.certificates().stream()
                .map(Resource::spec)
                .filter(book::counts)
                .toList();
        int most = wanted.issuedWith() == null ? MOST : MOST_ISSUED;
        findings.expect(
                counted.size() + book.unreadable() < most,
                "metadata.name",
                serial,
                "at most " + most + " certificates that have not expired, and there are as many: nodes would refuse a"
                        + " longer list of those that were revoked. Wait until some expire");
        if (wanted.issuedWith() == null) {
            // It exists already, and is only noted.
            return;
        }
        checkParent(wanted, book, findings);
        var ofName = counted.stream()
                .filter(spec -> spec.subject().equals(wanted.subject()))
                .toList();
        var living = ofName.stream().filter(spec -> spec.revoked() == null).count();
        findings.expect(
                living < LIVING,
                "spec.subject",
                wanted.subject(),
                "a name with fewer than " + LIVING + " valid certificates; revoke those that are not used");
        findings.expect(
                ofName.size() < OF_ONE_NAME,
                "spec.subject",
                wanted.subject(),
                "a name for which fewer than " + OF_ONE_NAME
                        + " certificates were issued that have not expired, revoked"
                        + " ones included; an admin can have one issued under another name");
    }

    private static void checkParent(OperatorCertificateSpec wanted, Book book, Findings findings) {
        var parent = book.certificates().stream()
                .filter(one -> one.name().equals(wanted.issuedWith()))
                .findFirst();
        findings.expect(
                parent.isPresent() && parent.get().spec().revoked() == null,
                "spec.issuedWith",
                Objects.requireNonNullElse(wanted.issuedWith(), ""),
                "a certificate that is in the book and not revoked");
        var renewed = wanted.renews();
        if (renewed == null) {
            return;
        }
        book.certificates().stream()
                .filter(one -> renewed.equals(one.spec().renews()))
                .filter(one -> one.spec().revoked() == null && book.counts(one.spec()))
                .findFirst()
                .ifPresent(successor -> findings.expect(
                        false,
                        "spec.renews",
                        renewed,
                        "a certificate that was not renewed yet; " + successor.name()
                                + " replaces it. Use that one; if it"
                                + " is lost, an admin can revoke it with `garboard certificate revoke "
                                + successor.name() + "`"));
    }
}
