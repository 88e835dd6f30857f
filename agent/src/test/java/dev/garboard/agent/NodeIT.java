package dev.garboard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.api.ApiServer;
import dev.garboard.agent.api.MachineApi;
import dev.garboard.agent.api.NodeView;
import dev.garboard.agent.clock.TimeSync;
import dev.garboard.agent.enrollment.BootTicket;
import dev.garboard.agent.enrollment.Enrollment;
import dev.garboard.agent.enrollment.NodeFacts;
import dev.garboard.agent.enrollment.NodeIdentity;
import dev.garboard.agent.enrollment.NodeStream;
import dev.garboard.agent.enrollment.ServerChannel;
import dev.garboard.agent.linux.Power;
import dev.garboard.agent.net.ResolverAnswer;
import dev.garboard.agent.net.ResolverMessages;
import dev.garboard.agent.net.ResolverStatus;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.agentapi.v1.ResetResponse;
import dev.garboard.agentapi.v1.ResolveRequest;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.agentapi.v1.ServiceListRequest;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.RevocationList;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import dev.garboard.trust.TrustException;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The node's parts against a boot server with a real site CA, over TLS on loopback. */
@Timeout(120)
class NodeIT {

    @TempDir
    Path directory;

    private final ServiceTable services = new ServiceTable();
    private final NodeIdentity identity = new NodeIdentity();
    private final Supervisor supervisor = new Supervisor(new Random(1), _ -> {});
    private final CompletableFuture<Void> decision = new CompletableFuture<>();
    private final BlockingQueue<String> progress = new LinkedBlockingQueue<>();
    private final BlockingQueue<ServerMessage.DesiredState> desired = new LinkedBlockingQueue<>();
    private final NodeFacts facts = new NodeFacts(
            "0.1.0",
            "lab",
            "ab",
            "6.1",
            "s",
            Hardware::getDefaultInstance,
            () -> "52:54:00:77:00:01",
            () -> "127.0.0.1",
            List::of);
    private final RevocationGate gate = RevocationGate.waiting(InstantSource.system());
    private final BlockingQueue<RevocationList> lists = new LinkedBlockingQueue<>();
    private SiteAuthority site;
    private TestBootServer server;

    private TestBootServer serve(Duration validity) throws Exception {
        return new TestBootServer(
                site,
                site.issueServer(List.of(), List.of()),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                validity,
                decision);
    }

    @BeforeEach
    void makeSite() throws Exception {
        site = TestBootServer.newSite(directory);
        server = serve(Duration.ofHours(1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ServerChannel channel() {
        return new ServerChannel(server.address(), site.certificate(), _ -> {});
    }

    private void enroll() {
        var service = services.add("enrollment", "");
        supervisor.start(
                service,
                new Enrollment(
                        service,
                        channel(),
                        facts,
                        BootTicket.none(),
                        identity,
                        new Random(1),
                        new Enrollment.Listener() {
                            @Override
                            public void pending(String machine, String reason) {
                                progress.add("pending " + machine + " " + reason);
                            }

                            @Override
                            public void accepted(String machine) {
                                progress.add("accepted " + machine);
                            }
                        }));
    }

    private void openStream() {
        openStream(desired::add);
    }

    private void openStream(NodeStream.Desired wanted) {
        var service = services.add("stream", "");
        supervisor.start(
                service,
                new NodeStream(service, channel(), facts, identity, services, 7444, new Random(1), wanted, lists::add));
    }

    private String nextProgress() throws InterruptedException {
        String next = progress.poll(30, TimeUnit.SECONDS);
        return next == null ? "nothing within 30 s" : next;
    }

    @Test
    void aPendingNodeHasNoCertificateUntilItIsAccepted() throws Exception {
        enroll();
        assertEquals("pending node-1 nobody has accepted it", nextProgress());
        assertTrue(identity.current().isEmpty());
        decision.complete(null);
        assertEquals("accepted node-1", nextProgress());
        assertEquals("node-1", identity.current().orElseThrow().caller().name());
    }

    @Test
    void theStreamSaysHelloAndStatusAndComesBackAfterALoss() throws Exception {
        decision.complete(null);
        enroll();
        assertEquals("accepted node-1", nextProgress());
        openStream();
        assertEquals(
                "node-1", server.await(NodeMessage.MessageCase.HELLO).getHello().getMachine());
        assertFalse(server.await(NodeMessage.MessageCase.STATUS)
                .getStatus()
                .getServicesList()
                .isEmpty());
        server.send(ServerMessage.newBuilder()
                .setDesired(ServerMessage.DesiredState.newBuilder().setRevision(7))
                .build());
        assertEquals(7, desired.take().getRevision());
        var observed = server.await(NodeMessage.MessageCase.STATUS).getStatus();
        while (observed.getObservedRevision() == 0) {
            observed = server.await(NodeMessage.MessageCase.STATUS).getStatus();
        }
        assertEquals(7, observed.getObservedRevision());
        server.breakStream();
        assertEquals(
                "node-1", server.await(NodeMessage.MessageCase.HELLO).getHello().getMachine());
        // The server may be of a restored database by now, and count from lower numbers.
        assertEquals(0, server.await(NodeMessage.MessageCase.STATUS).getStatus().getObservedRevision());
    }

    /** Its services run; the server makes a condition of it. */
    @Test
    void aNodeWhoseResolversDoNotAnswerIsReadyAndTellsWhichTheyAre() throws Exception {
        decision.complete(null);
        enroll();
        assertEquals("accepted node-1", nextProgress());
        services.add("resolver", "").unhealthy("192.0.2.1: no answer within 2 s");
        var silent = new ResolverStatus(
                InetAddress.ofLiteral("192.0.2.1"),
                new ResolverAnswer(ResolverAnswer.Result.NO_ANSWER, "no answer within 2 s", Duration.ZERO),
                Duration.ofSeconds(40));
        var resolvers = ResolverMessages.of(List.of(silent), Instant.parse("2026-12-01T10:00:00Z"));

        openStream(new NodeStream.Desired() {
            @Override
            public void apply(ServerMessage.DesiredState state) {}

            @Override
            public Optional<NodeMessage.Resolvers> resolvers() {
                return Optional.of(resolvers);
            }
        });

        var status = server.await(NodeMessage.MessageCase.STATUS).getStatus();
        while (!status.getReady()) {
            assertFalse(status.getMessage().contains("resolver"), status::getMessage);
            status = server.await(NodeMessage.MessageCase.STATUS).getStatus();
        }
        var said = status.getResolvers().getServers(0);
        assertEquals("192.0.2.1", said.getAddress());
        assertEquals(NodeMessage.Resolvers.Result.RESULT_NO_ANSWER, said.getResult());
        assertEquals("no answer within 2 s", said.getSeen());
        assertEquals(
                Instant.parse("2026-12-01T10:00:40Z").getEpochSecond(),
                said.getSince().getSeconds());
    }

    @Test
    void aCertificateIsRenewedBeforeItRunsOut() throws Exception {
        // Certificates are backdated five minutes, so two thirds of these are over after some seconds.
        server.close();
        server = serve(Duration.ofSeconds(160));
        decision.complete(null);
        enroll();
        assertEquals("accepted node-1", nextProgress());
        var first = identity.current().orElseThrow();
        while (server.renewals.get() == 0 || identity.current().orElseThrow().equals(first)) {
            Thread.sleep(50);
        }
        assertNotEquals(first.certificate(), identity.current().orElseThrow().certificate());
    }

    @Test
    void aServerOfAnotherSiteGetsNothing() throws Exception {
        var other = TestBootServer.newSite(directory.resolve("other"));
        var service = services.add("enrollment", "");
        supervisor.start(
                service,
                new Enrollment(
                        service,
                        new ServerChannel(server.address(), other.certificate(), _ -> {}),
                        facts,
                        BootTicket.none(),
                        identity,
                        new Random(1),
                        new Enrollment.Listener() {
                            @Override
                            public void pending(String machine, String reason) {}

                            @Override
                            public void accepted(String machine) {}
                        }));
        String said = "";
        for (int i = 0; i < 500 && !said.contains("not this site's CA"); i++) {
            Thread.sleep(20);
            said = service.status().message();
        }
        assertTrue(said.contains("not this site's CA"), said);
        assertTrue(server.requests.isEmpty(), "the hardware was told to a foreign server");
    }

    private ApiServer api(BlockingQueue<String> down) throws Exception {
        gate.learn(List.of());
        return apiThatWaits(down);
    }

    private ApiServer apiThatWaits(BlockingQueue<String> down) throws Exception {
        decision.complete(null);
        enroll();
        assertEquals("accepted node-1", nextProgress());
        var time = new TimeSync(services.add("time", ""), new Random(1), () -> {});
        var view = new NodeView(facts, () -> "node-1", Optional::empty, List::of, time);
        return ApiServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                identity,
                site.certificate(),
                gate,
                List.of(new MachineApi(
                        view,
                        services,
                        (Power.Down how, String why) -> down.add(how + " " + why),
                        (request, why) -> erase(request, why, down))));
    }

    private static MachineApi.Erased erase(ResetRequest request, String why, BlockingQueue<String> down) {
        if (request.getDisk().isEmpty()) {
            throw Status.FAILED_PRECONDITION.withDescription("no disk").asRuntimeException();
        }
        down.add("erased " + request.getDisk() + ", " + why);
        return new MachineApi.Erased(
                ResetResponse.newBuilder().setDevice("sda").build(),
                request.getDisk().equals("bad") ? "not erased: errno 5" : null,
                () -> down.add("restarts"));
    }

    @Test
    void onlyAnAdminResetsAndTheMachineRestartsAfterTheAnswerAlsoWhenItFailed() throws Exception {
        BlockingQueue<String> down = new LinkedBlockingQueue<>();
        try (var api = api(down);
                var operator = client(api, site.issueOperator("otto", Role.OPERATOR, Duration.ofHours(1)), site);
                var admin = client(api, site.issueOperator("ada", Role.ADMIN, Duration.ofHours(1)), site)) {
            var named = ResetRequest.newBuilder().setMachine("node-1").setDisk("S5GX501");
            var refused =
                    assertThrows(StatusException.class, () -> operator.api().reset(named.build()));
            assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
            var without =
                    assertThrows(StatusException.class, () -> admin.api().reset(ResetRequest.getDefaultInstance()));
            assertEquals(Status.Code.FAILED_PRECONDITION, without.getStatus().getCode());
            assertEquals(null, down.peek());

            assertEquals(
                    "sda",
                    admin.api().reset(named.setReason("lost database").build()).getDevice());
            assertEquals("erased S5GX501, reset by ada: lost database", down.poll(10, TimeUnit.SECONDS));
            assertEquals("restarts", down.poll(10, TimeUnit.SECONDS));

            var failed = assertThrows(
                    StatusException.class,
                    () -> admin.api().reset(named.setDisk("bad").setReason("").build()));
            assertEquals(Status.Code.ABORTED, failed.getStatus().getCode());
            assertEquals("erased bad, reset by ada", down.poll(10, TimeUnit.SECONDS));
            assertEquals("restarts", down.poll(10, TimeUnit.SECONDS));
        }
    }

    private NodeClient client(ApiServer api, TlsIdentity caller, SiteAuthority authority) {
        return NodeClient.direct(Peer.machine("node-1", "127.0.0.1", api.port()), caller, authority.certificate());
    }

    @Test
    void aRevokedCertificateIsRefusedWithItsOpenStreamsWithinSeconds() throws Exception {
        var alice = site.issueOperator("alice", Role.READER, Duration.ofDays(1));
        try (var api = apiThatWaits(new LinkedBlockingQueue<>());
                var reader = client(api, alice, site)) {
            var early = assertThrows(
                    StatusException.class, () -> reader.api().version(VersionRequest.getDefaultInstance()));
            assertTrue(reader.explain(early).contains("has not heard from its server"), () -> reader.explain(early));

            openStream();
            gate.learn(lists.poll(30, TimeUnit.SECONDS).verify(site.certificate()));
            var stream = reader.api()
                    .logs(LogsRequest.newBuilder()
                            .setService("enrollment")
                            .setTail(10)
                            .setFollow(true)
                            .build());
            assertTrue(stream.hasNext());

            var revoked = new Revocation(Revocation.serialOf(alice.certificate()), "", alice.notAfter());
            server.send(TestBootServer.revocations(site, List.of(revoked)));
            long since = System.nanoTime();
            gate.learn(lists.poll(5, TimeUnit.SECONDS).verify(site.certificate()));
            var cut = assertThrows(StatusException.class, () -> {
                while (stream.hasNext()) {
                    stream.read();
                }
            });
            assertTrue(System.nanoTime() - since < 5_000_000_000L, "the stream was open for more than 5 s");
            assertTrue(reader.explain(cut).contains("was revoked"), () -> reader.explain(cut));
        }
    }

    @Test
    void aListThatAnotherSiteSignedIsNotBelieved() {
        var other = TestBootServer.revocations(foreign(), List.of());

        var disbelieved = assertThrows(
                TrustException.class,
                () -> new RevocationList(
                                other.getRevocations().getContent().toByteArray(),
                                other.getRevocations().getSignature().toByteArray())
                        .verify(site.certificate()));

        assertTrue(disbelieved.getMessage().contains("is not signed by this site's CA"));
    }

    private SiteAuthority foreign() {
        try {
            return TestBootServer.newSite(directory.resolve("foreign"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void aReaderReadsAndOnlyAnOperatorRestarts() throws Exception {
        BlockingQueue<String> down = new LinkedBlockingQueue<>();
        try (var api = api(down);
                var reader = client(api, site.issueOperator("rita", Role.READER, Duration.ofHours(1)), site);
                var operator = client(api, site.issueOperator("otto", Role.OPERATOR, Duration.ofHours(1)), site)) {
            assertEquals(
                    "lab",
                    reader.api().version(VersionRequest.getDefaultInstance()).getImage());
            assertEquals(
                    2,
                    reader.api()
                            .serviceList(ServiceListRequest.getDefaultInstance())
                            .getServicesCount());
            var log = reader.api()
                    .logs(LogsRequest.newBuilder()
                            .setService("enrollment")
                            .setTail(1)
                            .build());
            assertTrue(log.read().getText().contains("accepted as node-1"));
            var refused =
                    assertThrows(StatusException.class, () -> reader.api().reboot(RebootRequest.getDefaultInstance()));
            assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
            operator.api()
                    .reboot(RebootRequest.newBuilder().setReason("new kernel").build());
            assertEquals("RESTART otto: new kernel", down.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aWrongQuestionIsAnsweredWithTheRemedy() throws Exception {
        try (var api = api(new LinkedBlockingQueue<>());
                var reader = client(api, site.issueOperator("rita", Role.READER, Duration.ofHours(1)), site)) {
            var noResolver = assertThrows(
                    StatusException.class,
                    () -> reader.api()
                            .resolve(ResolveRequest.newBuilder()
                                    .setName("example.org")
                                    .build()));
            assertEquals(Status.Code.FAILED_PRECONDITION, noResolver.getStatus().getCode());
            var noType = assertThrows(
                    StatusException.class,
                    () -> reader.api()
                            .resolve(ResolveRequest.newBuilder()
                                    .setName("example.org")
                                    .setType("NONSENSE")
                                    .setServer("127.0.0.1")
                                    .build()));
            assertEquals(Status.Code.INVALID_ARGUMENT, noType.getStatus().getCode());
            var noService = reader.api()
                    .logs(LogsRequest.newBuilder().setService("nothing").build());
            var notFound = assertThrows(StatusException.class, noService::read);
            assertTrue(String.valueOf(notFound.getStatus().getDescription()).contains("enrollment"));
        }
    }

    @Test
    void aCallerOfAnotherSiteIsRefused() throws Exception {
        var other = TestBootServer.newSite(directory.resolve("other"));
        try (var api = api(new LinkedBlockingQueue<>());
                var foreign = client(api, other.issueOperator("eve", Role.ADMIN, Duration.ofHours(1)), site)) {
            var refused = assertThrows(
                    StatusException.class, () -> foreign.api().version(VersionRequest.getDefaultInstance()));
            assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
        }
    }
}
