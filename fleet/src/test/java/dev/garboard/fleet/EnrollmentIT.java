package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.BootSessionStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EnrollmentIT {

    @TempDir
    Path directory;

    FleetRig rig;
    String session;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        session = rig.booted(MAC);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void anUnknownMachineIsPendingUntilAPersonAcceptsIt() throws Exception {
        var node = rig.node();

        var answers = node.enroll(node.request(session, MAC, UUID).build());

        var pending = next(answers).getPending();
        assertEquals("m-525400000001", pending.getMachine());
        assertTrue(pending.getReason().contains("garboard machine accept"), pending::getReason);
        var machine = rig.machine("m-525400000001");
        assertEquals(Acceptance.PENDING, machine.spec().acceptance());
        assertEquals("Pending", machine.status().phase());
        assertEquals(
                new MachineIdentity(List.of(MAC), UUID, null, null),
                machine.status().identity());
        assertEquals("2147483648", machine.status().facts().get("memoryBytes"));

        rig.accept("m-525400000001", Acceptance.ACCEPTED);

        var identity = node.take(next(answers).getAccepted());
        assertEquals(new Caller("m-525400000001", Set.of(Role.NODE)), identity.caller());
        assertEquals("Enrolled", rig.machine("m-525400000001").status().phase());
        assertEquals(
                List.of("kernel", "agent", "pending", "enrolled"),
                rig.stages(session).stream().distinct().toList());
        assertEquals(0, rig.fleet.pending());
    }

    @Test
    void aRuleAcceptsNamesAndLabels() throws Exception {
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        var node = rig.node();

        var accepted =
                next(node.enroll(node.request(session, MAC, UUID).build())).getAccepted();

        assertEquals("node-1", accepted.getMachine());
        var machine = rig.machine("node-1");
        assertEquals(Map.of("rack", "a"), machine.metadata().labels());
        assertEquals("true", String.valueOf(machine.spec().allowWeakIdentity()));
        assertEquals(
                "node-1",
                rig.inventory.bootSessions().load(session).orElseThrow().spec().machine());
    }

    @Test
    void aMachineWhoseRowCannotBeReadIsNotAcceptedUnderAnotherName() throws Exception {
        var node = rig.node();
        next(node.enroll(node.request(session, MAC, UUID).build()));
        rig.accept("m-525400000001", Acceptance.REJECTED);
        rig.damage("m-525400000001");
        rig.restartAll();
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);

        var answer = next(node.enroll(node.request(session, MAC, UUID).build()));

        assertTrue(
                answer.getRejected().getReason().startsWith("this may be machine m-525400000001, which is stored and"),
                answer::toString);
        assertEquals(List.of(), rig.store.list(Kinds.MACHINE).items());
    }

    @Test
    void whoClaimsTheBootOfAMachineThatCannotBeReadIsRefusedLikeAnyOther() throws Exception {
        var node = rig.node();
        next(node.enroll(node.request(session, MAC, UUID).build()));
        rig.damage("m-525400000001");
        rig.restartAll();
        var another = rig.node();

        var answer = next(another.enroll(another.request(session, MAC, UUID).build()));

        assertEquals(Outcome.Unproven.TOLD.reason(), answer.getRejected().getReason());
    }

    @Test
    void theNameOfAMachineThatCannotBeReadIsGivenToNoOther() throws Exception {
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        var first = rig.node();
        assertEquals(
                "node-1",
                next(first.enroll(first.request(session, MAC, UUID).build()))
                        .getAccepted()
                        .getMachine());
        rig.damage("node-1");
        rig.restartAll();
        var second = rig.node();
        var other = "52:54:00:00:00:02";

        var answer = next(second.enroll(second.request(rig.booted(other), other, "8d7f1c9e-7a51-4b60-9f0e-0d3f6c1a2b4c")
                .build()));

        assertEquals("node-2", answer.getAccepted().getMachine(), answer::toString);
    }

    @Test
    void aRuleThatComesLaterAcceptsAWaitingMachine() throws Exception {
        var node = rig.node();
        var answers = node.enroll(node.request(session, MAC, UUID).build());
        next(answers);

        rig.rule("late", Acceptance.ACCEPTED, true);

        assertEquals("m-525400000001", next(answers).getAccepted().getMachine());
    }

    @Test
    void aRejectedMachineGetsNothingAndIsToldWhen() throws Exception {
        rig.rule("none", Acceptance.REJECTED, false);
        var node = rig.node();

        var rejected =
                next(node.enroll(node.request(session, MAC, UUID).build())).getRejected();

        assertEquals("enrolment rule none rejects machine m-525400000001", rejected.getReason());
        assertEquals(300, rejected.getRetryAfter().getSeconds());
        assertEquals(Acceptance.REJECTED, rig.machine("m-525400000001").spec().acceptance());
        assertEquals(1, rig.count("enroll rejected"));
        assertGotNothing("m-525400000001");

        var again = next(node.enroll(node.request(session, MAC, UUID).build()));

        assertTrue(again.hasRejected(), again::toString);
        assertGotNothing("m-525400000001");
    }

    @Test
    void aMachineThatAPersonHasRejectedGetsNothingThoughARuleWouldAcceptIt() throws Exception {
        var node = rig.node();
        var answers = node.enroll(node.request(session, MAC, UUID).build());
        next(answers);
        rig.accept("m-525400000001", Acceptance.REJECTED);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);

        var told = next(answers);
        var again = next(node.enroll(node.request(session, MAC, UUID).build()));

        assertTrue(told.getRejected().getReason().contains("is rejected"), told::toString);
        assertTrue(again.getRejected().getReason().contains("is rejected"), again::toString);
        assertGotNothing("m-525400000001");
        assertEquals(0, rig.count("enroll accepted"));
    }

    private void assertGotNothing(String name) {
        var machine = rig.machine(name);
        assertEquals(Acceptance.REJECTED, machine.spec().acceptance());
        assertEquals("Rejected", machine.status().phase());
        assertNull(machine.status().certificateNotAfter());
    }

    @Test
    void aMachineThatRebootsIsTheSameMachine() throws Exception {
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        var node = rig.node();
        next(node.enroll(node.request(session, MAC, UUID).build()));
        var second = rig.booted(MAC);
        var again = rig.node();

        var accepted =
                next(again.enroll(again.request(second, MAC, UUID).build())).getAccepted();

        assertEquals("node-1", accepted.getMachine());
        assertEquals(1, rig.store.list(Kinds.MACHINE).items().size());
        assertEquals(second, rig.machine("node-1").status().bootSession());
    }

    @Test
    void withoutABootOfThisServerNothingIsWritten() throws Exception {
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        var node = rig.node();

        var unknown = next(node.enroll(node.request("f".repeat(32), MAC, UUID).build()))
                .getRejected();
        var otherMac = next(node.enroll(
                        node.request(session, "52:54:00:00:00:02", UUID).build()))
                .getRejected();
        rig.leases.put(MAC, "192.0.2.9");
        var otherAddress =
                next(node.enroll(node.request(session, MAC, UUID).build())).getRejected();

        // Who has proven nothing is told nothing: not even what was wrong.
        assertEquals(Outcome.Unproven.TOLD.reason(), unknown.getReason());
        assertEquals(unknown, otherMac);
        assertEquals(unknown, otherAddress);
        assertTrue(unknown.getBootAgain());
        var told = rig.session(session).steps().stream()
                .map(BootSessionStatus.Step::detail)
                .toList();
        assertTrue(told.stream().anyMatch(detail -> detail.contains("is that of MAC address " + MAC)), told::toString);
        assertTrue(told.stream().anyMatch(detail -> detail.contains("was leased 192.0.2.9")), told::toString);
        assertEquals(List.of(), rig.store.list(Kinds.MACHINE).items());
        assertEquals(1, rig.count("enroll session-unknown"));
        assertEquals(1, rig.count("enroll session-mac"));
        assertEquals(1, rig.count("enroll address"));
    }

    @Test
    void aMachineCannotTakeAnothersNameByClaimingItsHardware() throws Exception {
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        var victim = rig.node();
        next(victim.enroll(victim.request(session, MAC, UUID).build()));
        var thiefs = rig.booted("52:54:00:00:00:66");
        var thief = rig.node();
        var request = thief.request(thiefs, MAC, UUID);
        request.getHardwareBuilder().addNicsBuilder().setPermanentMac("52:54:00:00:00:66");

        var pending = next(thief.enroll(request.build())).getPending();

        assertTrue(pending.getReason().contains("is not known of node-1"), pending::getReason);
        assertEquals(List.of(MAC), rig.machine("node-1").status().identity().macs());
        assertEquals(1, rig.store.list(Kinds.MACHINE).items().size());
    }

    @Test
    void aBrokenCertificateRequestIsRefused() throws Exception {
        var node = rig.node();

        var request = node.request(session, MAC, UUID).setCertificateRequest(ByteString.copyFromUtf8("x"));
        var refused = next(node.enroll(request.build())).getRejected();

        assertTrue(refused.getReason().contains("INVALID_ARGUMENT"), refused::getReason);
        assertEquals(1, rig.count("enroll bad-request"));
    }

    @Test
    void waitingStreamsAreBounded() throws Exception {
        for (int i = 1; i <= 3; i++) {
            var other = rig.booted("52:54:00:00:01:0" + i);
            var node = rig.node();
            next(node.enroll(node.request(other, "52:54:00:00:01:0" + i, "").build()));
        }
        var node = rig.node();

        var rejected =
                next(node.enroll(node.request(session, MAC, UUID).build())).getRejected();

        assertTrue(rejected.getReason().startsWith("3 machines wait for acceptance already"), rejected::getReason);
    }

    @Test
    void oneAddressCannotAskWithoutEnd() throws Exception {
        var node = rig.node();
        var request = node.request("f".repeat(32), MAC, UUID).build();

        // It may ask once a second more, which a slow machine takes for an answer.
        for (int i = 0; i < 500 && rig.count("enroll rate-limited") < 5; i++) {
            next(node.enroll(request));
        }

        assertTrue(rig.count("enroll rate-limited") >= 5, rig.counted::toString);
    }

    @Test
    void aServerThatStopsDoesNotWaitForThoseWhoWait() throws Exception {
        var node = rig.node();
        var answers = node.enroll(node.request(session, MAC, UUID).build());
        next(answers);
        eventually(() -> rig.fleet.pending() == 1, () -> "pending " + rig.fleet.pending());
        var before = System.nanoTime();

        rig.fleet.close();

        assertTrue(System.nanoTime() - before < 4_000_000_000L, "stopping took 4 s");
        assertTrue(next(answers).getRejected().getReason().contains("the server is stopping"));
    }

    @Test
    void aDeletedMachineThatWaitsIsTold() throws Exception {
        var node = rig.node();
        var answers = node.enroll(node.request(session, MAC, UUID).build());
        next(answers);
        eventually(() -> rig.index.get("m-525400000001").isPresent(), () -> "not indexed");

        rig.store.delete(Kinds.MACHINE, "m-525400000001", 0);

        assertEquals(
                "machine m-525400000001 was deleted",
                next(answers).getRejected().getReason());
    }
}
