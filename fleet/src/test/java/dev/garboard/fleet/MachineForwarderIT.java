package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.inventory.Acceptance;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(120)
class MachineForwarderIT {

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
        eventually(() -> rig.fleet.connected() == 1, () -> "not connected");
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    private NodeClient client(TlsIdentity identity, String machine) {
        var client =
                NodeClient.through(FakeNode.server(rig.fleet.port()), machine, identity, rig.authority.certificate());
        rig.open.add(client::close);
        return client;
    }

    private NodeClient client(Role role, String machine) {
        return client(rig.authority.issueOperator("alice", role, Duration.ofDays(1)), machine);
    }

    private static Status refusal(NodeClient client) {
        return assertThrows(StatusException.class, () -> client.api().version(VersionRequest.getDefaultInstance()))
                .getStatus();
    }

    private static String explained(NodeClient client) {
        var refusal =
                assertThrows(StatusException.class, () -> client.api().version(VersionRequest.getDefaultInstance()));
        return client.explain(refusal);
    }

    @Test
    void aCallArrivesOnBehalfOfThePerson() throws Exception {
        var client = client(Role.READER, "node-1");

        assertEquals(
                "alice (reader)",
                client.api().version(VersionRequest.getDefaultInstance()).getMachine());
    }

    @Test
    void whatChangesSomethingIsAuditedWhetherDoneOrRefused() throws Exception {
        var lines = new ListAppender<ILoggingEvent>();
        var audit = (Logger) LoggerFactory.getLogger("audit");
        lines.start();
        audit.addAppender(lines);
        try {
            client(Role.OPERATOR, "node-1").api().reboot(RebootRequest.getDefaultInstance());
            assertThrows(
                    StatusException.class,
                    () -> client(Role.READER, "node-1").api().reboot(RebootRequest.getDefaultInstance()));
            assertThrows(
                    StatusException.class,
                    () -> client(Role.OPERATOR, "node-9").api().reboot(RebootRequest.getDefaultInstance()));
            client(Role.READER, "node-1").api().version(VersionRequest.getDefaultInstance());
        } finally {
            audit.detachAppender(lines);
        }

        var said = lines.list.stream()
                .map(line -> line.getMessage() + " "
                        + line.getKeyValuePairs().stream()
                                .filter(pair -> !pair.key.equals("remote"))
                                .map(pair -> pair.key + "=" + pair.value)
                                .collect(Collectors.joining(" ")))
                .toList();
        var reboot = "verb=Reboot resource=garboard.machine.v1.MachineService ";
        assertEquals(
                List.of(
                        "resource written caller=alice roles=operator " + reboot
                                + "name=node-1 dryRun=false status=OK reason=",
                        "write refused caller=alice roles=reader " + reboot
                                + "name=node-1 dryRun=false status=PERMISSION_DENIED reason=ROLE_TOO_SMALL",
                        "write refused caller=alice roles=operator " + reboot
                                + "name=node-9 dryRun=false status=NOT_FOUND reason=NOT_FOUND"),
                said);
    }

    @Test
    void aResetIsAnAdminsAndAuditedLikeTheOthers() throws Exception {
        var lines = new ListAppender<ILoggingEvent>();
        var audit = (Logger) LoggerFactory.getLogger("audit");
        lines.start();
        audit.addAppender(lines);
        var reset = ResetRequest.newBuilder()
                .setMachine("node-1")
                .setDisk("S5GX501")
                .build();
        try {
            assertEquals(
                    "node-1 S5GX501",
                    client(Role.ADMIN, "node-1").api().reset(reset).getDevice());
            var refused = assertThrows(
                    StatusException.class,
                    () -> client(Role.OPERATOR, "node-1").api().reset(reset));
            assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
        } finally {
            audit.detachAppender(lines);
        }

        assertEquals(
                List.of(
                        "resource written admin Reset node-1 OK",
                        "write refused operator Reset node-1 PERMISSION_DENIED"),
                lines.list.stream().map(MachineForwarderIT::brief).toList());
    }

    private static String brief(ILoggingEvent line) {
        var said = line.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
        return String.join(
                " ",
                line.getMessage(),
                String.valueOf(said.get("roles")),
                String.valueOf(said.get("verb")),
                String.valueOf(said.get("name")),
                String.valueOf(said.get("status")));
    }

    @Test
    void aStreamArrivesWholeAndInOrder() throws Exception {
        var client = client(Role.READER, "node-1");

        var lines = client.api().logs(LogsRequest.newBuilder().setTail(200).build());

        for (long expected = 0; expected < 200; expected++) {
            assertTrue(lines.hasNext());
            assertEquals(expected, lines.read().getLost());
        }
        assertFalse(lines.hasNext());
    }

    @Test
    void aSlowReaderHoldsUpTheNodeAndACancelledCallEndsThere() throws Exception {
        var client = client(Role.READER, "node-1");

        var lines = client.api().logs(LogsRequest.newBuilder().setFollow(true).build());
        assertTrue(lines.hasNext());
        int before;
        do {
            before = node.linesSent.get();
            Thread.sleep(500);
        } while (node.linesSent.get() != before);
        lines.cancel("enough", null);

        // 16 KiB a line: what the windows and buffers on the way hold is a few megabytes.
        assertTrue(before < 1000, () -> node.linesSent + " lines were sent to a reader that read one");
        assertTrue(node.logsCancelled.await(20, TimeUnit.SECONDS), "the node did not hear of the cancellation");
    }

    @Test
    void theDeadlineOfTheCallerHoldsOnTheNode() throws Exception {
        var client = client(Role.READER, "node-1");

        var lines = client.api()
                .withDeadlineAfter(700, TimeUnit.MILLISECONDS)
                .logs(LogsRequest.newBuilder().setFollow(true).build());

        assertTrue(lines.hasNext());
        assertTrue(node.logsCancelled.await(20, TimeUnit.SECONDS), "the node did not hear of the deadline");
    }

    @Test
    void tooSmallARoleIsRefusedByTheServer() {
        var client = client(Role.READER, "node-1");

        var refusal =
                assertThrows(StatusException.class, () -> client.api().reboot(RebootRequest.getDefaultInstance()));

        assertEquals(
                "Reboot needs the role operator; alice has reader",
                refusal.getStatus().getDescription());
        assertEquals(1, rig.count("call ROLE_TOO_SMALL"));
    }

    @Test
    void aCallerWithoutACertificateIsRefused() {
        var channel = SiteChannels.open(FakeNode.server(rig.fleet.port()), null, rig.authority.certificate());
        rig.open.add(channel::shutdownNow);

        var refusal = assertThrows(
                StatusException.class,
                () -> MachineServiceGrpc.newBlockingV2Stub(channel).version(VersionRequest.getDefaultInstance()));

        assertEquals(Status.Code.UNAUTHENTICATED, refusal.getStatus().getCode());
        assertEquals(1, rig.count("call MISSING"));
    }

    @Test
    void anotherSitesAndAnExpiredCertificateAreRefused() throws Exception {
        var other = SiteAuthority.create(Files.createDirectory(directory.resolve("b")), "b", InstantSource.system())
                .issueOperator("mallory", Role.ADMIN, Duration.ofDays(1));
        var past = InstantSource.fixed(Instant.now().minus(Duration.ofDays(3)));
        var expired = SiteAuthority.open(directory.resolve("pki"), past)
                .issueOperator("late", Role.ADMIN, Duration.ofDays(1));

        assertTrue(explained(client(other, "node-1")).contains("is not this site's CA"));
        assertTrue(explained(client(expired, "node-1")).contains("expired at"));
    }

    @Test
    void aNodeCannotCallOtherMachinesThroughTheServer() {
        var channel =
                SiteChannels.open(FakeNode.server(rig.fleet.port()), node.keyManager(), rig.authority.certificate());
        rig.open.add(channel::shutdownNow);

        var refusal = assertThrows(
                StatusException.class,
                () -> MachineServiceGrpc.newBlockingV2Stub(channel).version(VersionRequest.getDefaultInstance()));

        assertEquals(
                "Version needs the role reader; node-1 has node",
                refusal.getStatus().getDescription());
    }

    @Test
    void reflectionDescribesTheMachineApi() throws Exception {
        var alice = rig.authority.issueOperator("alice", Role.READER, Duration.ofDays(1));
        var channel = SiteChannels.open(
                FakeNode.server(rig.fleet.port()), new RotatingIdentity(alice), rig.authority.certificate());
        rig.open.add(channel::shutdownNow);

        var call = ServerReflectionGrpc.newBlockingV2Stub(channel).serverReflectionInfo();
        call.write(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(MachineServiceGrpc.SERVICE_NAME)
                .build());

        var answer = call.read();
        assertTrue(
                answer != null && answer.getFileDescriptorResponse().getFileDescriptorProtoCount() >= 1,
                () -> "found " + answer);
    }

    @Test
    void anUnknownMachineIsAnsweredWithNamesThatComeNear() {
        var refusal = refusal(client(Role.READER, "node1"));

        assertEquals(Status.Code.NOT_FOUND, refusal.getCode());
        assertEquals("there is no machine node1; did you mean node-1?", refusal.getDescription());
    }

    @Test
    void aMachineThatIsNotConnectedIsSaidWithSinceWhen() throws Exception {
        node.vanish();
        eventually(() -> rig.index.get("node-1").orElseThrow().status().phase().equals("Lost"), () -> "not lost");

        var refusal = refusal(client(Role.READER, "node-1"));

        assertEquals(Status.Code.UNAVAILABLE, refusal.getCode());
        assertTrue(
                String.valueOf(refusal.getDescription())
                        .startsWith("machine node-1 is not connected (Lost, last seen 20"),
                () -> String.valueOf(refusal.getDescription()));
    }
}
