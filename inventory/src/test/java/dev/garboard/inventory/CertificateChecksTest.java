package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.OperatorCertificateSpec.Revoked;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CertificateChecksTest {

    private static final Instant NOW = Samples.TIME;
    private static final Instant END = NOW.plusSeconds(1000);
    private static final Revoked GONE = new Revoked(NOW, "admin", "lost", Reach.ALONE);

    private static Resource<OperatorCertificateSpec, NoStatus> row(String serial, OperatorCertificateSpec spec) {
        return new Resource<>(Kinds.OPERATOR_CERTIFICATE, ObjectMeta.named(serial), spec, new NoStatus());
    }

    private static OperatorCertificateSpec of(
            String subject, @Nullable String issuedWith, @Nullable String renews, @Nullable Revoked revoked) {
        return new OperatorCertificateSpec(subject, "reader", "", END, "test", issuedWith, renews, revoked);
    }

    private static void check(
            OperatorCertificateSpec wanted, List<Resource<OperatorCertificateSpec, NoStatus>> book, int unreadable) {
        var findings = new Findings();
        CertificateChecks.checkNew("ff", wanted, new CertificateChecks.Book(book, unreadable, NOW), findings);
        findings.throwIfAny();
    }

    private static String refusal(
            OperatorCertificateSpec wanted, List<Resource<OperatorCertificateSpec, NoStatus>> book) {
        return String.valueOf(assertThrows(InvalidResourceException.class, () -> check(wanted, book, 0))
                .getMessage());
    }

    @Test
    void aCertificateHasOneLivingSuccessor() {
        var book = new ArrayList<>(List.of(row("a", of("alice", null, null, null))));
        var renewal = of("alice", "a", "a", null);
        assertDoesNotThrow(() -> check(renewal, book, 0));
        book.add(row("b", renewal));

        var refusal = refusal(renewal, book);

        assertTrue(refusal.contains("b replaces it"), refusal);
        assertTrue(refusal.contains("garboard certificate revoke b"), refusal);
        assertDoesNotThrow(() -> check(of("alice", "b", "b", null), book, 0));
        // What an admin has issued besides is no renewal.
        assertDoesNotThrow(() -> check(of("alice", "a", null, null), book, 0));
        book.set(1, row("b", renewal.withRevoked(GONE)));
        assertDoesNotThrow(() -> check(renewal, book, 0));
    }

    @Test
    void nothingIsIssuedWithWhatIsRevokedOrNotInTheBook() {
        var revoked = List.of(row("a", of("alice", null, null, GONE)));

        assertTrue(refusal(of("alice", "a", "a", null), revoked).contains("spec.issuedWith: found a"));
        assertTrue(refusal(of("alice", "a", "a", null), List.of()).contains("spec.issuedWith: found a"));
    }

    @Test
    void aNameHasSoManyValidCertificatesAndRevokedOnesCountForALargerNumber() {
        var book = new ArrayList<>(List.of(row("a", of("admin", null, null, null))));
        IntStream.range(1, CertificateChecks.LIVING).forEach(i -> book.add(row("b" + i, of("bob", "a", null, null))));
        assertDoesNotThrow(() -> check(of("bob", "a", null, null), book, 0));
        book.add(row("c", of("bob", "a", null, null)));

        assertTrue(refusal(of("bob", "a", null, null), book).contains("fewer than 16 valid certificates"));
        assertDoesNotThrow(() -> check(of("carol", "a", null, null), book, 0));
        // It exists already, whatever is thought of it.
        assertDoesNotThrow(() -> check(of("bob", null, null, null), book, 0));

        book.clear();
        book.add(row("a", of("admin", null, null, null)));
        IntStream.range(1, CertificateChecks.OF_ONE_NAME)
                .forEach(i -> book.add(row("b" + i, of("bob", "a", null, GONE))));
        assertDoesNotThrow(() -> check(of("bob", "a", null, null), book, 0));
        book.add(row("c", of("bob", "a", null, GONE)));
        assertTrue(refusal(of("bob", "a", null, null), book).contains("fewer than 256 certificates were issued"));
    }

    @Test
    void expiredOnesDoNotCountADayLater() {
        var ended = new OperatorCertificateSpec("bob", "reader", "", NOW.minusSeconds(86_400), "test", "a", "a", null);
        var ending = new OperatorCertificateSpec("bob", "reader", "", NOW.minusSeconds(86_399), "test", "a", "a", null);
        var parent = row("a", of("bob", null, null, null));

        assertDoesNotThrow(() -> check(of("bob", "a", "a", null), List.of(parent, row("b", ended)), 0));
        assertThrows(
                InvalidResourceException.class,
                () -> check(of("bob", "a", "a", null), List.of(parent, row("b", ending)), 0));
    }

    @Test
    void theBookIsNeverLongerThanTheListOfTheNodesMayBeAndIssuingLeavesRoomForRevoking() {
        var parent = row("a", of("admin", null, null, null));
        var issued = of("bob", "a", null, null);
        var found = OperatorCertificateSpec.unknown(END);

        assertDoesNotThrow(() -> check(issued, List.of(parent), CertificateChecks.MOST_ISSUED - 2));
        assertThrows(
                InvalidResourceException.class,
                () -> check(issued, List.of(parent), CertificateChecks.MOST_ISSUED - 1));
        assertDoesNotThrow(() -> check(found, List.of(parent), CertificateChecks.MOST - 2));
        assertThrows(InvalidResourceException.class, () -> check(found, List.of(parent), CertificateChecks.MOST - 1));
    }

    @Test
    void whatIsRevokedAlreadyIsRevokedFurtherAndNeverLess() {
        var first = new Revoked(NOW, "admin", "lost", null);
        var spec = of("alice", null, null, first);

        var more = spec.alsoRevoked(new Revoked(END, "bob", "stolen", Reach.ISSUED));

        assertEquals(new Revoked(NOW, "admin", "lost", Reach.ISSUED), more.revoked());
        assertEquals(more, more.alsoRevoked(new Revoked(END, "bob", "again", Reach.RENEWALS)));
        assertEquals(spec, spec.alsoRevoked(new Revoked(END, "bob", "again", Reach.ALONE)));
        assertEquals(spec, spec.alsoRevoked(new Revoked(END, "bob", "again", null)));
    }
}
