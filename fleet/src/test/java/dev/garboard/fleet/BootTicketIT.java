package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.BootTickets.Delivery;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Kinds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who can become a machine, when session, MAC address and address of its boot are known to others: any pod on it knows them. */
@Timeout(120)
class BootTicketIT {

    private static final Duration VALID = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    FleetRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        rig.leases.put(MAC, "127.0.0.1");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void whoKnowsSessionMacAndAddressAndHasNoTicketIsRefused() throws Exception {
        var session = rig.booted(MAC);

        assertRefused(enrollWithoutTicket(rig.node(), session));

        assertEquals(1, rig.count("enroll wrong-ticket"));
        assertEquals(List.of(), rig.store.list(Kinds.MACHINE).items());
        // The machine itself is not kept out by that.
        assertTrue(enroll(rig.node(), session).hasAccepted());
    }

    @Test
    void aPodOnANodeDoesNotBecomeItsNode() throws Exception {
        var session = rig.booted(MAC);
        assertTrue(enroll(rig.node(), session).hasAccepted());

        assertRefused(enrollWithoutTicket(rig.node(), session));

        var claimed = condition("node-1", "IdentityClaimedTwice").orElseThrow();
        assertEquals("True", claimed.status());
        assertTrue(claimed.message().contains("127.0.0.1"), claimed::message);
        assertTrue(
                rig.stages(session).contains("unproven"),
                () -> rig.stages(session).toString());
        assertEquals(1, rig.count("enroll identity-claimed-twice"));
    }

    @Test
    void theTicketIsOfNoUseAfterTheNodeHasUsedIt() throws Exception {
        var session = rig.booted(MAC);
        assertTrue(enroll(rig.node(), session).hasAccepted());

        assertRefused(enroll(rig.node(), session));

        assertEquals(Delivery.USED, rig.deliver(session, "127.0.0.1", VALID));
        assertEquals(
                Optional.of("True"), condition("node-1", "IdentityClaimedTwice").map(Condition::status));
    }

    @Test
    void theKeyThatTheBootIsBoundToComesBackWithoutTheTicket() throws Exception {
        var session = rig.booted(MAC);
        var node = rig.node();
        assertTrue(enroll(node, session).hasAccepted());

        assertEquals("node-1", enrollWithoutTicket(node, session).getAccepted().getMachine());
    }

    @Test
    void aPendingMachineHasUsedItsTicketToo() throws Exception {
        rig.store.delete(Kinds.ENROLLMENT_RULE, "all-virtual", 0);
        var session = rig.booted(MAC);
        var node = rig.node();
        var waiting = node.enroll(node.request(session, MAC, UUID).build());
        assertTrue(next(waiting).hasPending());

        assertRefused(enroll(rig.node(), session));
        rig.accept("m-525400000001", Acceptance.ACCEPTED);

        assertTrue(next(waiting).hasAccepted());
    }

    @Test
    void aServerThatIsStartedAgainKnowsTicketsAndKeys() throws Exception {
        var session = rig.booted(MAC);
        rig.restartAll();
        var node = rig.node();
        assertTrue(enroll(node, session).hasAccepted());
        rig.restartAll();
        var later = rig.node();

        assertRefused(enroll(later, session));
        // Its channel is still that to the first server's port, which is the second's.
        assertTrue(enrollWithoutTicket(node, session).hasAccepted());
    }

    @Test
    void aTicketThatIsTooOldBindsNothing() throws Exception {
        var session = rig.loading(MAC);
        assertEquals(Delivery.EXPIRED, rig.deliver(session, "127.0.0.1", Duration.ofSeconds(-1)));

        assertRefused(enroll(rig.node(), session));

        assertEquals(1, rig.count("enroll ticket-expired"));
    }

    @Test
    void aBootWithoutATicketIsRefused() throws Exception {
        assertRefused(enroll(rig.node(), rig.loading(MAC)));

        assertEquals(1, rig.count("enroll no-ticket"));
    }

    /** The session's name is public: if this stopped the boot, anybody could stop any boot. */
    @Test
    void whoAsksForTheTicketFromAnotherAddressGetsNothingAndStopsNothing() throws Exception {
        var session = rig.loading(MAC);
        assertEquals(Delivery.STRANGER, rig.deliver(session, "127.0.0.9", VALID));
        assertEquals(Delivery.SERVED, rig.deliver(session, "127.0.0.1", VALID));
        assertEquals(Delivery.STRANGER, rig.deliver(session, "127.0.0.9", VALID));

        assertTrue(enroll(rig.node(), session).hasAccepted());
    }

    @Test
    void aTicketThatWentToTwoAddressesIsVoid() throws Exception {
        var session = rig.booted(MAC);
        rig.leases.put(MAC, "127.0.0.9");
        assertEquals(Delivery.VOIDED_NOW, rig.deliver(session, "127.0.0.9", VALID));
        rig.leases.put(MAC, "127.0.0.1");

        assertRefused(enroll(rig.node(), session));

        assertEquals(Delivery.VOID, rig.deliver(session, "127.0.0.1", VALID));
        assertEquals(1, rig.count("enroll ticket-void"));
    }

    /** A pod can ask DHCP for another boot of its node, and would get its ticket: it has the node's address. */
    @Test
    void aNewBootOfANodeThatIsStillUpIsRefused() throws Exception {
        var node = rig.node();
        var first = rig.booted(MAC);
        node.take(enroll(node, first).getAccepted());
        node.connect("node-1", first);
        // The index, by which it is decided, follows the store.
        FleetRig.eventually(
                () -> rig.index.get("node-1").orElseThrow().status().apiPort() != 0, () -> "the node is not connected");
        var second = rig.booted(MAC);

        assertRefused(enroll(rig.node(), second));

        assertEquals(first, rig.machine("node-1").status().bootSession());
        assertEquals(
                Optional.of("True"), condition("node-1", "IdentityClaimedTwice").map(Condition::status));

        node.close();
        var third = rig.booted(MAC);

        assertTrue(enroll(rig.node(), third).hasAccepted());
        assertFalse(condition("node-1", "IdentityClaimedTwice").isPresent(), "the next boot is beyond doubt");
    }

    /** It may be cut off for a moment, and its twin at its address says nothing for it. */
    @Test
    void aNodeThatDoesNotAnswerIsNotReplacedWhileItsStreamIsOpen() throws Exception {
        var node = rig.node();
        var first = rig.booted(MAC);
        node.take(enroll(node, first).getAccepted());
        node.connect("node-1", first);
        FleetRig.eventually(() -> rig.machine("node-1").status().apiPort() != 0, () -> "the node is not connected");
        node.silence();
        var second = rig.booted(MAC);
        var newcomer = rig.node();

        assertRefused(enroll(newcomer, second));

        assertEquals(1, rig.count("enroll former-boot-connected"));
        assertEquals(first, rig.machine("node-1").status().bootSession());
        assertFalse(condition("node-1", "IdentityClaimedTwice").isPresent(), "nobody knows that two claim it");

        node.vanish();
        FleetRig.eventually(() -> rig.fleet.connected() == 0, () -> "its stream has not ended");

        assertTrue(enrollWithoutTicket(newcomer, second).hasAccepted());
    }

    private static void assertRefused(EnrollResponse answer) {
        assertEquals(
                EnrollResponse.newBuilder()
                        .setRejected(EnrollResponse.Rejected.newBuilder()
                                .setReason(Outcome.Unproven.TOLD.reason())
                                .setRetryAfter(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(30))
                                .setBootAgain(true))
                        .build(),
                answer);
    }

    private static EnrollResponse enroll(FakeNode node, String session) throws InterruptedException {
        return next(node.enroll(node.request(session, MAC, UUID).build()));
    }

    private static EnrollResponse enrollWithoutTicket(FakeNode node, String session) throws InterruptedException {
        return next(
                node.enroll(node.request(session, MAC, UUID).clearBootTicket().build()));
    }

    private Optional<Condition> condition(String machine, String type) {
        return rig.machine(machine).status().conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst();
    }
}
