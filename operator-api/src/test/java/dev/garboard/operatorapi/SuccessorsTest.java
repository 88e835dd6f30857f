package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.OperatorCertificateSpec.Revoked;
import dev.garboard.inventory.Resource;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SuccessorsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private static Resource<OperatorCertificateSpec, NoStatus> row(
            String serial, String subject, @Nullable String issuedWith, @Nullable Reach revoked) {
        var spec = new OperatorCertificateSpec(subject, "reader", "", NOW, "test", issuedWith, issuedWith, null);
        return new Resource<>(
                Kinds.OPERATOR_CERTIFICATE,
                ObjectMeta.named(serial),
                revoked == null ? spec : spec.withRevoked(new Revoked(NOW, "admin", "stolen", revoked)),
                new NoStatus());
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Set<String> found(Resource<OperatorCertificateSpec, NoStatus>... book) {
        return Successors.ofRevoked(Arrays.asList(book), Map.of()).keySet();
    }

    @Test
    void theWholeChainOfRenewalsGoesWithTheFirst() {
        assertEquals(
                Set.of("b", "c"),
                found(
                        row("a", "alice", null, Reach.RENEWALS),
                        row("b", "alice", "a", null),
                        row("c", "alice", "b", null),
                        row("d", "alice", null, null),
                        row("e", "bob", "b", null)));
    }

    @Test
    void whatWasIssuedForOthersGoesToTheEndWhenThatIsSaid() {
        assertEquals(
                Set.of("b", "c", "e", "f"),
                found(
                        row("a", "alice", null, Reach.ISSUED),
                        row("b", "alice", "a", null),
                        row("c", "alice", "b", null),
                        row("d", "alice", null, null),
                        row("e", "bob", "b", null),
                        row("f", "carol", "e", null)));
    }

    @Test
    void oneThatIsRevokedAloneTakesNothingAlongAndBreaksNoChain() {
        assertEquals(Set.of(), found(row("a", "alice", null, Reach.ALONE), row("b", "alice", "a", null)));
        assertEquals(
                Set.of("c"),
                found(
                        row("a", "alice", null, Reach.RENEWALS),
                        row("b", "alice", "a", Reach.ALONE),
                        row("c", "alice", "b", null)));
    }

    @Test
    void aRowThatCannotBeReadBreaksNoChain() {
        var book = List.of(row("a", "alice", null, Reach.RENEWALS), row("c", "alice", "b", null));

        assertEquals(
                Set.of("c"),
                Successors.ofRevoked(book, Map.of("b", "{\"spec\":{\"issuedWith\":\"a\",\"renews\""))
                        .keySet());
        assertEquals(Set.of(), Successors.ofRevoked(book, Map.of("b", "{")).keySet());
    }

    @Test
    void whereTheNameOfTheRevokedIsLostItsRenewalsGoAllTheSame() {
        assertEquals(
                Set.of("b", "c"),
                found(
                        row("a", "", null, Reach.RENEWALS),
                        row("b", "alice", "a", null),
                        row("c", "alice", "b", null),
                        row("d", "alice", null, null)));
    }

    @Test
    void anotherCertificateForARevokedKeyGoesHoweverItWasIssued() {
        var digest = "0".repeat(64);
        var revoked = row("a", "alice", null, Reach.ALONE);
        var other = row("b", "bob", null, null);

        assertEquals(
                Set.of("b"),
                found(
                        revoked.withSpec(revoked.spec().withKeyDigest(digest)),
                        other.withSpec(other.spec().withKeyDigest(digest)),
                        row("c", "carol", null, null)));
    }

    @Test
    void aCircleEnds() {
        assertEquals(Set.of("b"), found(row("a", "alice", "b", Reach.RENEWALS), row("b", "alice", "a", null)));
    }
}
