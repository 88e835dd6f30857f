package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.EtcdAside;
import dev.garboard.agentapi.v1.NodeMessage.Goodbye;
import dev.garboard.agentapi.v1.NodeMessage.Timekeeping;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationList;
import dev.garboard.trust.Role;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class NodeStreamIT {

    private static final String FILE_SYSTEM = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";

    @TempDir
    Path directory;

    FleetRig rig;
    String session;
    FakeNode node;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        session = rig.booted(MAC);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        node = rig.node();
        node.take(next(node.enroll(node.request(session, MAC, UUID).build())).getAccepted());
        node.connect("node-1", session);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    /** The next one that is not about revoked certificates. */
    private ServerMessage message() throws InterruptedException {
        var message = any();
        return message.hasRevocations() ? message() : message;
    }

    private ServerMessage any() throws InterruptedException {
        var message = node.received.poll(20, TimeUnit.SECONDS);
        assertNotNull(message, "no message within 20 s");
        return message;
    }

    @Test
    void theFirstMessageSaysWhatIsRevokedAndAnotherFollowsEachChange() throws Exception {
        var alice = rig.authority.issueOperator("alice", Role.READER, Duration.ofDays(1));
        var first = list(any());
        var welcome = any();

        rig.gate.learn(List.of(new Revocation(Revocation.serialOf(alice.certificate()), "", alice.notAfter())));
        rig.fleet.revoked();

        assertEquals(List.of(), first);
        assertTrue(welcome.hasWelcome());
        var next = any();
        while (!next.hasRevocations()) {
            next = any();
        }
        assertEquals(
                List.of(new Revocation(Revocation.serialOf(alice.certificate()), "", alice.notAfter())), list(next));
    }

    private List<Revocation> list(ServerMessage message) {
        var said = message.getRevocations();
        return new RevocationList(
                        said.getContent().toByteArray(), said.getSignature().toByteArray())
                .verify(rig.authority.certificate());
    }

    private Status ended() throws InterruptedException {
        var status = node.ended.poll(20, TimeUnit.SECONDS);
        assertNotNull(status, "the stream did not end within 20 s");
        return status;
    }

    private MachineStatus status() {
        return rig.machine("node-1").status();
    }

    private void phaseIs(String phase) throws InterruptedException {
        eventually(() -> status().phase().equals(phase), () -> status().toString());
    }

    @Test
    void aReadyNodeIsReadyInTheInventoryAndInItsBootSession() throws Exception {
        assertTrue(message().hasWelcome());
        var desired = message().getDesired();

        node.ready();

        assertEquals("node-1", desired.getHostname());
        phaseIs("Ready");
        eventually(
                () -> rig.session(session).outcome().equals("Ready"),
                () -> rig.session(session).toString());
        assertEquals("127.0.0.1", status().address());
        assertEquals("6.12", status().kernelRelease());
        assertEquals(
                List.of("Accepted True", "Connected True", "Ready True"),
                status().conditions().stream()
                        .map(condition -> condition.type() + " " + condition.status())
                        .sorted()
                        .toList());
    }

    @Test
    void aNodeThatReportsWasJustHeardWhateverIsStored() throws Exception {
        message();
        node.ready();
        phaseIs("Ready");
        var stored = machine();
        var before = Instant.now();

        // Repeated, because the times of two messages may fall into one millisecond.
        eventually(
                () -> {
                    node.ready();
                    return rig.fleet.lastHeard("node-1").orElseThrow().isAfter(before);
                },
                () -> rig.fleet.lastHeard("node-1").toString());
        assertEquals(Optional.empty(), rig.fleet.lastHeard("node-2"));
        assertEquals(stored, machine());
    }

    private Resource<MachineSpec, MachineStatus> machine() {
        return rig.store.get(Kinds.MACHINE, "node-1").orElseThrow();
    }

    @Test
    void aWrongClockIsAConditionForAsLongAsItIsWrong() throws Exception {
        message();

        node.say(time(Instant.now().plus(Duration.ofDays(1))));

        eventually(() -> clock().isPresent(), () -> status().toString());
        var wrong = clock().orElseThrow();
        assertEquals("Ahead False", wrong.reason() + " " + wrong.status());
        assertEquals(
                "the machine's clock is 24 h 0 min ahead of the server's, so certificates that are valid here are not"
                        + " valid there; name a time server in the machine's subnet (spec.timeServers) or set the clock in"
                        + " its firmware; if it is the server's that is wrong, set that",
                wrong.message());
        node.say(time(Instant.now().minus(Duration.ofMinutes(90))));
        eventually(
                () -> clock().filter(now ->
                                now.message().startsWith("the machine's clock is 1 h 30 min behind the server's"))
                        .isPresent(),
                () -> status().toString());
        node.say(time(Instant.now()));
        eventually(() -> clock().isEmpty(), () -> status().toString());
    }

    @Test
    void aReadyMachineWhoseTimeServiceDoesNotWorkSaysSo() throws Exception {
        message();

        node.say(ready(
                Timekeeping.Reason.REASON_NO_AGREEMENT, "of the servers 192.0.2.1, 192.0.2.2 no majority agrees"));

        eventually(() -> condition(MachineClock.KEPT).isPresent(), () -> status().toString());
        var kept = condition(MachineClock.KEPT).orElseThrow();
        assertEquals("False NoAgreement", kept.status() + " " + kept.reason());
        assertEquals("of the servers 192.0.2.1, 192.0.2.2 no majority agrees", kept.message());
        assertEquals("Ready", status().phase());
        node.say(ready(Timekeeping.Reason.REASON_SYNCHRONIZED, ""));
        eventually(
                () -> condition(MachineClock.KEPT)
                        .filter(now ->
                                now.status().equals("True") && now.reason().equals("Synchronized"))
                        .isPresent(),
                () -> status().toString());
    }

    @Test
    void dataOfEtcdThatAMachineHasSetAsideIsSaidUntilItIsGone() throws Exception {
        message();
        var data = EtcdAside.Data.newBuilder()
                .setPath("/var/lib/etcd/aside/20261201T100000.000Z")
                .setSince(seconds("2026-12-01T10:00:00Z"))
                .setBytes(12_345_678)
                .setUntil(seconds("2026-12-08T10:00:00Z"));

        node.say(aside(EtcdAside.newBuilder().addData(data)));

        eventually(() -> condition(MachineEtcd.CONDITION).isPresent(), () -> status().toString());
        var kept = condition(MachineEtcd.CONDITION).orElseThrow();
        assertEquals("False SetAside", kept.status() + " " + kept.reason());
        assertTrue(
                kept.message()
                        .contains("/var/lib/etcd/aside/20261201T100000.000Z (13 MB), since 2026-12-01T10:00:00Z, until"
                                + " 2026-12-08T10:00:00Z. It goes by itself"),
                kept::message);

        // A node that has just started does not know yet what lies on its disk.
        node.say(ready(Timekeeping.Reason.REASON_SYNCHRONIZED, ""));
        eventually(() -> condition(MachineClock.KEPT).isPresent(), () -> status().toString());
        assertEquals(Optional.of(kept), condition(MachineEtcd.CONDITION));

        node.say(aside(EtcdAside.newBuilder()));
        eventually(() -> condition(MachineEtcd.CONDITION).isEmpty(), () -> status().toString());
    }

    private static NodeMessage.Builder aside(EtcdAside.Builder said) {
        return NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder().setEtcdAside(said));
    }

    private static Timestamp seconds(String time) {
        return Timestamp.newBuilder()
                .setSeconds(Instant.parse(time).getEpochSecond())
                .build();
    }

    private static NodeMessage.Builder ready(Timekeeping.Reason reason, String message) {
        return NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder()
                        .setReady(true)
                        .setTimekeeping(
                                Timekeeping.newBuilder().setReason(reason).setMessage(message)));
    }

    private Optional<Condition> clock() {
        return condition(MachineClock.CONDITION);
    }

    private Optional<Condition> condition(String type) {
        return status().conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst();
    }

    private static NodeMessage.Builder time(Instant now) {
        return NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder()
                        .setTime(Timestamp.newBuilder().setSeconds(now.getEpochSecond())));
    }

    @Test
    void aChangeOfTheSpecGoesDownAtOnce() throws Exception {
        message();
        var first = message().getDesired();

        rig.store.update(Kinds.MACHINE, "node-1", machine -> {
            var spec = machine.spec();
            return machine.withSpec(new MachineSpec(
                    spec.acceptance(),
                    spec.identity(),
                    spec.image(),
                    "web-1",
                    List.of("192.0.2.53"),
                    List.of(),
                    spec.allowWeakIdentity(),
                    null));
        });

        var second = message().getDesired();
        assertEquals("web-1", second.getHostname());
        assertEquals(List.of("192.0.2.53"), second.getDnsServersList());
        assertTrue(second.getRevision() > first.getRevision());
    }

    @Test
    void aRebootIsToldFromALoss() throws Exception {
        message();
        node.ready();
        phaseIs("Ready");

        node.goodbye(Goodbye.Kind.KIND_REBOOT, "alice asked");

        phaseIs("Rebooting");
        assertEquals(Status.Code.OK, ended().getCode());
        assertEquals("Ended", rig.session(session).outcome());
        assertEquals("reboot", rig.session(session).steps().getLast().stage());
        assertEquals("alice asked", rig.session(session).steps().getLast().detail());
    }

    @Test
    void whatAResetErasedIsNotLookedForAnyMore() throws Exception {
        message();
        var disk = NodeMessage.StateDisk.newBuilder().setDevice("sda").setFileSystem(FILE_SYSTEM);
        node.say(NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder().setReady(true).setStateDisk(disk)));
        eventually(() -> status().stateDisk() != null, () -> status().toString());

        node.say(NodeMessage.newBuilder()
                .setGoodbye(Goodbye.newBuilder()
                        .setKind(Goodbye.Kind.KIND_REBOOT)
                        .setReason("reset by alice")
                        .setErasedFileSystem(FILE_SYSTEM)));

        phaseIs("Rebooting");
        assertNull(status().stateDisk());
    }

    @Test
    void aFatalErrorIsKept() throws Exception {
        message();

        node.goodbye(Goodbye.Kind.KIND_FATAL, "OutOfMemoryError");

        phaseIs("Lost");
        assertEquals(
                "the agent ended with an error: OutOfMemoryError",
                rig.session(session).likelyCause());
    }

    @Test
    void aStreamThatEndsWithoutGoodbyeIsALossWithItsCause() throws Exception {
        message();
        node.ready();
        phaseIs("Ready");

        node.vanish();

        phaseIs("Lost");
        assertTrue(String.valueOf(rig.session(session).likelyCause()).contains("said no goodbye"));
        assertEquals("lost", rig.session(session).steps().getLast().stage());
        assertEquals(1, rig.count("stream lost"));
        assertEquals(0, rig.fleet.connected());
    }

    @Test
    void aNodeThatComesBackIsReadyAgainInTheSameBoot() throws Exception {
        message();
        node.ready();
        phaseIs("Ready");
        node.vanish();
        phaseIs("Lost");

        node.connect("node-1", session);
        node.ready();

        phaseIs("Ready");
        eventually(
                () -> rig.session(session).outcome().equals("Ready"),
                () -> rig.session(session).toString());
    }

    @Test
    void aNewerStreamOfTheSameMachineEndsTheOlder() throws Exception {
        message();

        node.connect("node-1", session);

        assertEquals(Status.Code.ABORTED, ended().getCode());
        eventually(() -> rig.fleet.connected() == 1, () -> "connected " + rig.fleet.connected());
        assertFalse(status().phase().equals("Lost"));
    }

    @Test
    void aRejectedMachineIsDisconnectedAndCannotRenew() throws Exception {
        message();

        rig.accept("node-1", Acceptance.REJECTED);

        assertEquals("machine node-1 is not accepted any more", ended().getDescription());
        eventually(
                () -> rig.index.get("node-1").orElseThrow().spec().acceptance() == Acceptance.REJECTED,
                () -> "index is behind");
        var refusal = assertThrows(StatusException.class, () -> node.renew());
        assertEquals(
                "machine node-1 is rejected; a person can accept it with `garboard machine accept node-1`",
                refusal.getStatus().getDescription());
    }

    @Test
    void aDeletedMachineIsDisconnected() throws Exception {
        message();

        rig.store.delete(Kinds.MACHINE, "node-1", 0);

        assertEquals("machine node-1 was deleted", ended().getDescription());
    }

    @Test
    void aRenewedCertificateIsForTheSameMachine() throws Exception {
        message();

        var renewed = node.renew();

        assertEquals("node-1", renewed.caller().name());
        assertEquals(renewed.notAfter(), status().certificateNotAfter());
    }

    @Test
    void aNodeCannotSpeakForAnother() throws Exception {
        message();
        var other = rig.node();
        var others = rig.booted("52:54:00:00:00:02");
        other.take(
                next(other.enroll(other.request(others, "52:54:00:00:00:02", "").build()))
                        .getAccepted());

        other.connect("node-1", session);

        var status = other.ended.poll(20, TimeUnit.SECONDS);
        assertNotNull(status);
        assertEquals("the certificate is that of node-2, and the hello says node-1", status.getDescription());
    }

    @Test
    void theServersOwnStopIsNoLossOfMachines() throws Exception {
        message();
        node.ready();
        phaseIs("Ready");

        rig.fleet.close();

        assertEquals(Status.Code.UNAVAILABLE, ended().getCode());
        assertEquals("Ready", status().phase());
    }
}
