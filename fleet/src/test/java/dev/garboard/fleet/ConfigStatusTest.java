package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.fleet.ConfigStatus.Hold;
import dev.garboard.fleet.DesiredDocuments.Settings;
import dev.garboard.inventory.MachineStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A machine is said to be what is declared when it has said so, and not before. */
class ConfigStatusTest {

    private static final Instant NOW = Instant.parse("2026-12-01T10:00:00Z");

    private static MachineStatus decided(MachineStatus status, String digest, @Nullable Hold hold) {
        return ConfigStatus.decided(status, digest, List.of("site"), hold, NOW);
    }

    /** What the machine says of a set that has one document. */
    private static MachineStatus reported(MachineStatus status, String digest, long applied, long failed) {
        var change = new StatusChange(status, NOW);
        var sent = new NodeStream.Sent(7, new Settings(digest, "m1", List.of(), List.of(), Set.of("RegistryMirror/a")));
        var said = NodeMessage.Status.newBuilder()
                .setObservedRevision(7)
                .addDocuments(DocumentStatus.newBuilder()
                        .setKind("RegistryMirror")
                        .setName("a")
                        .setDesiredRevision(3)
                        .setAppliedRevision(applied)
                        .setFailedRevision(failed))
                .build();
        ConfigStatus.reported(change, status, sent, said);
        return change.unseen();
    }

    private static String condition(MachineStatus status) {
        var configured = status.conditions().getFirst();
        return configured.status() + " " + configured.reason();
    }

    private static @Nullable String applied(MachineStatus status) {
        return Objects.requireNonNull(status.config()).appliedDigest();
    }

    private static MachineStatus applied() {
        return reported(decided(MachineStatus.unseen(), "one", null), "one", 3, 0);
    }

    @Test
    void whatTheMachineSaysItAppliedIsApplied() {
        assertEquals("True Applied", condition(applied()));
        assertEquals("one", applied(applied()));
        assertEquals("True Applied", condition(decided(applied(), "one", null)));
    }

    @Test
    void whatItAppliedOnceIsNotAppliedWhenItIsToldAgain() {
        var other = decided(applied(), "two", null);
        var again = decided(other, "one", null);

        assertNull(applied(other));
        assertEquals("False Waiting", condition(again));
        assertNull(applied(again));
    }

    @Test
    void whatFailsAfterItWasAppliedIsNotApplied() {
        var failed = reported(applied(), "one", 0, 3);

        assertEquals("False Failed", condition(failed));
        assertNull(applied(failed));
        assertEquals("False Failed", condition(decided(failed, "one", null)));
    }

    @Test
    void whatFailedWhileItWasHeldIsNotAppliedWhenTheHoldEnds() {
        var held = reported(decided(applied(), "one", Hold.conflict("a and b")), "one", 0, 3);

        assertEquals("False Conflict", condition(held));
        assertEquals("False Waiting", condition(decided(held, "one", null)));
    }

    @Test
    void whatWasAppliedAndHeldIsAppliedWhenTheHoldEnds() {
        var held = decided(applied(), "one", Hold.conflict("a and b"));

        assertEquals("False Conflict", condition(held));
        assertEquals("True Applied", condition(decided(held, "one", null)));
    }
}
