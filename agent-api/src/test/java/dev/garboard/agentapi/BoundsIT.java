package dev.garboard.agentapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.admission.ConnectionBounds;
import dev.garboard.admission.ConnectionLimits;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.EtcdRestoreRequest;
import dev.garboard.agentapi.v1.EtcdRestoreResponse;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.agentapi.v1.VersionResponse;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a gRPC server of a site refuses to callers who want too much. */
@Timeout(60)
class BoundsIT {

    private static final int CONNECTIONS_OF_ADDRESS = 4;
    private static final int HANDSHAKES = 2;
    private static final int CALLS_OF_ONE = 3;

    @TempDir
    Path directory;

    SiteAuthority authority;
    Server server;
    final Queue<String> refused = new ConcurrentLinkedQueue<>();
    final CallBounds calls = new CallBounds(6, CALLS_OF_ONE, (reason, _) -> refused.add(reason));
    final List<AutoCloseable> open = new ArrayList<>();

    /** Logs that never end, a version, and a restore that counts what it got. */
    private static final class Machine extends MachineServiceGrpc.MachineServiceImplBase {
        @Override
        public void version(VersionRequest request, StreamObserver<VersionResponse> answer) {
            answer.onNext(VersionResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void logs(LogsRequest request, StreamObserver<LogLine> answer) {
            answer.onNext(LogLine.getDefaultInstance());
        }
    }

    private static final class Kubernetes extends KubernetesServiceGrpc.KubernetesServiceImplBase {
        @Override
        public StreamObserver<EtcdRestoreRequest> etcdRestore(StreamObserver<EtcdRestoreResponse> answer) {
            return new StreamObserver<>() {
                @Override
                public void onNext(EtcdRestoreRequest part) {}

                @Override
                public void onError(Throwable gone) {}

                @Override
                public void onCompleted() {
                    answer.onNext(EtcdRestoreResponse.getDefaultInstance());
                    answer.onCompleted();
                }
            };
        }
    }

    @BeforeEach
    void start() throws Exception {
        authority = SiteAuthority.create(directory, "test", InstantSource.system());
        var keys = KeyPairs.ecP256();
        var chain = authority.issueNode("m1", CertificateRequest.create(keys), InetAddress.getLoopbackAddress());
        server = SiteServers.builder(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new RotatingIdentity(new TlsIdentity(keys.getPrivate(), chain)),
                        authority.certificate(),
                        ClientCertificate.REQUIRED,
                        new ServerBounds(
                                new ConnectionLimits(8, CONNECTIONS_OF_ADDRESS, 4, HANDSHAKES),
                                32,
                                64 << 10,
                                Map.of(
                                        KubernetesServiceGrpc.getEtcdRestoreMethod()
                                                .getFullMethodName(),
                                        1 << 20)),
                        (ConnectionBounds.Reason reason, InetSocketAddress _) -> refused.add(reason.word()))
                .addService(new Machine())
                .addService(new Kubernetes())
                .intercept(calls)
                .intercept(new RoleInterceptor(
                        MachineApiRoles.MACHINE,
                        Set.of(),
                        authority.certificate(),
                        InstantSource.system(),
                        RevocationGate.informed(InstantSource.system()),
                        call -> refused.add(call.reason().name())))
                .build()
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        for (var part : open.reversed()) {
            part.close();
        }
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    private ManagedChannel channel(String name) {
        var channel = SiteChannels.open(
                Peer.machine("m1", "127.0.0.1", server.getPort()),
                new RotatingIdentity(authority.issueOperator(name, Role.ADMIN, Duration.ofHours(1))),
                authority.certificate());
        open.add(channel::shutdownNow);
        return channel;
    }

    private void readVersion(ManagedChannel channel) {
        MachineServiceGrpc.newBlockingStub(channel).version(VersionRequest.getDefaultInstance());
    }

    /** Connects and says nothing. */
    private Socket silent() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
        open.add(socket);
        return socket;
    }

    /** Whether the server closes a connection within some time. */
    private static boolean isClosed(Socket socket, Duration within) throws IOException {
        socket.setSoTimeout((int) within.toMillis());
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException kept) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void ofThoseWhoShakeNoHandsTheOldestGivesWayAndTheOneWhoIsInIsNotHindered() throws Exception {
        var inside = channel("alice");
        readVersion(inside);
        var silent = new ArrayList<Socket>();
        for (int i = 0; i < HANDSHAKES + 1; i++) {
            silent.add(silent());
        }

        assertTrue(isClosed(silent.getFirst(), Duration.ofSeconds(5)), "the oldest was kept");
        assertFalse(isClosed(silent.getLast(), Duration.ofMillis(300)), "the newest was closed");
        assertEquals(List.of("TooManyHandshakesFromAddress"), List.copyOf(refused));
        readVersion(inside);
        readVersion(channel("bob"));
    }

    @Test
    void silentStrangersOfManyAddressesKeepNobodyOut() throws Exception {
        for (int i = 0; i < 12; i++) {
            var socket = new Socket();
            open.add(socket);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + (2 + i)), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
        }

        readVersion(channel("alice"));

        assertTrue(refused.contains("TooManyHandshakes"), () -> String.valueOf(refused));
    }

    @Test
    void oneAddressHasSoManyConnectionsAndGetsTheirPlacesBack() throws Exception {
        var channels = new ArrayList<ManagedChannel>();
        for (int i = 0; i < CONNECTIONS_OF_ADDRESS; i++) {
            var channel = channel("alice" + i);
            readVersion(channel);
            channels.add(channel);
        }

        var refusal = assertThrows(StatusRuntimeException.class, () -> readVersion(channel("bob")));

        // Its connection is closed; what gRPC calls that depends on how far the call was.
        assertTrue(
                Set.of(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN)
                        .contains(refusal.getStatus().getCode()),
                refusal::toString);
        assertTrue(refused.contains("TooManyFromAddress"), () -> String.valueOf(refused));

        channels.getFirst().shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        MachineServiceGrpc.newBlockingStub(channel("carol"))
                .withWaitForReady()
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .version(VersionRequest.getDefaultInstance());
    }

    @Test
    void theCallerWithMostConnectionsAtAnAddressGivesWayToAnother() throws Exception {
        for (int i = 0; i < CONNECTIONS_OF_ADDRESS; i++) {
            readVersion(channel("alice"));
        }

        readVersion(channel("bob"));

        assertTrue(refused.contains("TooManyFromAddress"), () -> String.valueOf(refused));
    }

    @Test
    void aCallerWithManyCallsLeavesRoomForOthersAndGetsItsPlacesBack() throws Exception {
        var alice = channel("alice");
        var logs = MachineServiceGrpc.newBlockingV2Stub(alice);
        var held = new ArrayList<BlockingClientCall<?, LogLine>>();
        for (int i = 0; i < CALLS_OF_ONE; i++) {
            var call = logs.logs(LogsRequest.getDefaultInstance());
            call.read();
            held.add(call);
        }

        var refusal = assertThrows(StatusRuntimeException.class, () -> readVersion(alice));

        assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.getStatus().getCode());
        assertEquals(
                "alice has 3 calls open here, which is the limit for one caller; end one first",
                refusal.getStatus().getDescription());
        assertEquals(List.of("TooManyCallsFromCaller"), List.copyOf(refused));
        var bob = channel("bob");
        assertEquals(
                "3 streams are open here, which is the limit; try again later",
                assertThrows(
                                StatusRuntimeException.class,
                                () -> MachineServiceGrpc.newBlockingStub(bob)
                                        .logs(LogsRequest.getDefaultInstance())
                                        .next())
                        .getStatus()
                        .getDescription());
        readVersion(bob);
        held.forEach(call -> call.cancel("enough", null));
        awaitNoOpenCall();
        readVersion(alice);
        // The caller has the answer before the server has closed the call.
        awaitNoOpenCall();
    }

    private void awaitNoOpenCall() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (calls.open() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertEquals(0, calls.open(), "calls that were ended still have their places");
    }

    @Test
    void aMessageIsAsLargeAsItsMethodAllows() throws Exception {
        var alice = channel("alice");
        assertEquals("OK", restoring(alice, 900 << 10));
        assertEquals("RESOURCE_EXHAUSTED", restoring(alice, 1100 << 10));

        var large = LogsRequest.newBuilder().setService("x".repeat(100 << 10)).build();
        var logs = MachineServiceGrpc.newBlockingStub(alice).withDeadlineAfter(10, TimeUnit.SECONDS);
        var refusal = assertThrows(
                StatusRuntimeException.class, () -> logs.logs(large).next());
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.getStatus().getCode());
        readVersion(alice);
    }

    private static String restoring(ManagedChannel channel, int bytes) throws Exception {
        BlockingQueue<String> outcome = new LinkedBlockingQueue<>();
        var parts = KubernetesServiceGrpc.newStub(channel).etcdRestore(new StreamObserver<>() {
            @Override
            public void onNext(EtcdRestoreResponse answer) {}

            @Override
            public void onError(Throwable failed) {
                outcome.add(Status.fromThrowable(failed).getCode().name());
            }

            @Override
            public void onCompleted() {
                outcome.add("OK");
            }
        });
        parts.onNext(EtcdRestoreRequest.newBuilder()
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build());
        parts.onCompleted();
        return String.valueOf(outcome.poll(20, TimeUnit.SECONDS));
    }
}
