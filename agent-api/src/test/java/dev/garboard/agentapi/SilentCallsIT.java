package dev.garboard.agentapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are opened and say nothing, by those without a certificate and by those with one. */
@Timeout(60)
class SilentCallsIT {

    private static final String ENROLL = EnrollmentServiceGrpc.getEnrollMethod().getFullMethodName();
    private static final String CONNECT = NodeServiceGrpc.getConnectMethod().getFullMethodName();

    /** The client would keep the call to itself until the request is complete, if it knew that there is only one message. */
    private static final MethodDescriptor<EnrollRequest, EnrollResponse> AS_STREAM =
            EnrollmentServiceGrpc.getEnrollMethod().toBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .build();

    private static final int SILENT_OF_ONE = 3;
    private static final int CONNECTIONS_OF_ADDRESS = 2;

    @TempDir
    Path directory;

    SiteAuthority authority;
    Server server;
    CallBounds calls;
    final Queue<String> refused = new ConcurrentLinkedQueue<>();
    final Queue<StreamObserver<EnrollResponse>> waiting = new ConcurrentLinkedQueue<>();
    final List<ManagedChannel> channels = new ArrayList<>();

    /** Keeps whoever has asked. */
    private final class Enrollment extends EnrollmentServiceGrpc.EnrollmentServiceImplBase {
        @Override
        public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> answer) {
            waiting.add(answer);
            answer.onNext(EnrollResponse.getDefaultInstance());
        }
    }

    private static final class Nodes extends NodeServiceGrpc.NodeServiceImplBase {
        @Override
        public StreamObserver<NodeMessage> connect(StreamObserver<ServerMessage> answer) {
            return new StreamObserver<>() {
                @Override
                public void onNext(NodeMessage message) {
                    answer.onNext(ServerMessage.getDefaultInstance());
                }

                @Override
                public void onError(Throwable gone) {}

                @Override
                public void onCompleted() {
                    answer.onCompleted();
                }
            };
        }
    }

    private void restart(Duration firstMessage) throws Exception {
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        start(firstMessage);
    }

    private void start(Duration firstMessage) throws Exception {
        calls = new CallBounds(
                8,
                4,
                Set.of(ENROLL, CONNECT),
                new UnheardLimits(firstMessage, SILENT_OF_ONE, 100),
                (reason, _) -> refused.add(reason));
        server = SiteServers.builder(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new RotatingIdentity(node()),
                        authority.certificate(),
                        ClientCertificate.OPTIONAL,
                        new ServerBounds(
                                new ConnectionLimits(50, CONNECTIONS_OF_ADDRESS, 20, 20), 64, 64 << 10, Map.of()),
                        (reason, _) -> refused.add(reason.word()))
                .addService(new Enrollment())
                .addService(new Nodes())
                .intercept(calls)
                .intercept(new RoleInterceptor(
                        MachineApiRoles.ofServer(),
                        Set.of(ENROLL),
                        authority.certificate(),
                        InstantSource.system(),
                        RevocationGate.informed(InstantSource.system()),
                        call -> refused.add(call.reason().name())))
                .build()
                .start();
    }

    @BeforeEach
    void makeSite() throws Exception {
        authority = SiteAuthority.create(directory, "test", InstantSource.system());
        start(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() throws Exception {
        channels.forEach(ManagedChannel::shutdownNow);
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    private TlsIdentity node() {
        var keys = KeyPairs.ecP256();
        return new TlsIdentity(
                keys.getPrivate(),
                authority.issueNode("m1", CertificateRequest.create(keys), InetAddress.getLoopbackAddress()));
    }

    private ManagedChannel channel(@Nullable TlsIdentity identity) {
        var channel = SiteChannels.open(
                Peer.machine("m1", "127.0.0.1", server.getPort()),
                identity == null ? null : new RotatingIdentity(identity),
                authority.certificate());
        channels.add(channel);
        return channel;
    }

    /** What a caller hears of its call. */
    private static final class Heard<A> extends ClientCall.Listener<A> {
        final CompletableFuture<A> answer = new CompletableFuture<>();
        final CompletableFuture<Status> end = new CompletableFuture<>();

        @Override
        public void onMessage(A message) {
            answer.complete(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }

    private record Call<Q, A>(ClientCall<Q, A> call, Heard<A> heard) {}

    private static Call<EnrollRequest, EnrollResponse> enroll(ManagedChannel channel) {
        var heard = new Heard<EnrollResponse>();
        var call = channel.newCall(AS_STREAM, CallOptions.DEFAULT);
        call.start(heard, new Metadata());
        call.request(1);
        return new Call<>(call, heard);
    }

    private static Call<EnrollRequest, EnrollResponse> asking(ManagedChannel channel) throws Exception {
        var asking = enroll(channel);
        asking.call().sendMessage(EnrollRequest.getDefaultInstance());
        asking.call().halfClose();
        asking.heard().answer.get(20, TimeUnit.SECONDS);
        return asking;
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertTrue(condition.getAsBoolean(), () -> "refused: " + refused + ", open: " + calls.open());
    }

    @Test
    void aCallThatSendsNothingIsEndedAndOneThatAskedIsKept() throws Exception {
        restart(Duration.ofMillis(400));
        var channel = channel(null);
        var silent = enroll(channel);
        var unfinished = enroll(channel);
        // A service of one message sees it only when the caller has said that it was the last.
        unfinished.call().sendMessage(EnrollRequest.getDefaultInstance());
        var asked = asking(channel);

        var ended = silent.heard().end.get(20, TimeUnit.SECONDS);
        assertEquals(Status.Code.DEADLINE_EXCEEDED, ended.getCode());
        assertEquals(
                "the call was opened and nothing came within 400 ms; send the request with it", ended.getDescription());
        assertEquals(
                Status.Code.DEADLINE_EXCEEDED,
                unfinished.heard().end.get(20, TimeUnit.SECONDS).getCode());
        assertEquals(List.of("NothingSaid", "NothingSaid"), List.copyOf(refused));
        assertTrue(!asked.heard().end.isDone(), "the call that had asked was ended");
        await(() -> calls.open() == 0);
        waiting.remove().onCompleted();
        assertEquals(Status.Code.OK, asked.heard().end.get(20, TimeUnit.SECONDS).getCode());
    }

    @Test
    void aNodesStreamThatSendsNothingIsEndedAndOneThatSpokeIsKept() throws Exception {
        restart(Duration.ofMillis(400));
        var channel = channel(node());
        var spoke = connect(channel);
        spoke.call().sendMessage(NodeMessage.getDefaultInstance());
        spoke.heard().answer.get(20, TimeUnit.SECONDS);
        var silent = connect(channel);

        var ended = silent.heard().end.get(20, TimeUnit.SECONDS);

        assertEquals(Status.Code.DEADLINE_EXCEEDED, ended.getCode());
        assertTrue(!spoke.heard().end.isDone(), "the stream that had spoken was ended");
    }

    private static Call<NodeMessage, ServerMessage> connect(ManagedChannel channel) {
        var heard = new Heard<ServerMessage>();
        var call = channel.newCall(NodeServiceGrpc.getConnectMethod(), CallOptions.DEFAULT);
        call.start(heard, new Metadata());
        call.request(1);
        return new Call<>(call, heard);
    }

    @Test
    void ofTheSilentCallsOfOneAddressTheOldestGivesWayToTheNext() throws Exception {
        var channel = channel(null);
        var silent = new ArrayList<Call<EnrollRequest, EnrollResponse>>();
        for (int i = 0; i < SILENT_OF_ONE; i++) {
            silent.add(enroll(channel));
        }
        await(() -> calls.open() == SILENT_OF_ONE);

        asking(channel);

        await(() -> silent.stream().anyMatch(call -> call.heard().end.isDone()));
        var ended = silent.stream().filter(call -> call.heard().end.isDone()).toList();
        // Which of them the server saw first is not ours to say.
        assertEquals(1, ended.size());
        assertEquals(
                Status.Code.RESOURCE_EXHAUSTED,
                ended.getFirst().heard().end.join().getCode());
        assertEquals(List.of("TooManySilentCalls"), List.copyOf(refused));
    }

    @Test
    void aConnectionWithACallThatSaidNothingGivesWayAndOneThatWaitsForItsAnswerDoesNot() throws Exception {
        var asked = asking(channel(null));
        var silent = enroll(channel(null));
        await(() -> calls.open() == 1);

        var newest = asking(channel(null));

        assertEquals(
                Status.Code.UNAVAILABLE,
                silent.heard().end.get(20, TimeUnit.SECONDS).getCode());
        assertTrue(!asked.heard().end.isDone(), "the connection that waits for its answer was closed");
        assertTrue(!newest.heard().end.isDone(), "the newest was closed");
        assertEquals(List.of("TooManyFromAddress"), List.copyOf(refused));
    }

    /** The answer does not fit into the window that the caller gives, so the call's end waits behind it for as long as the caller likes. */
    @Test
    void whoTakesNoAnswerHoldsAConnectionNoLongerThanTheServiceNeedsIt() throws Exception {
        for (int i = 0; i < CONNECTIONS_OF_ADDRESS; i++) {
            var stuck = takingNothing().newCall(AS_STREAM, CallOptions.DEFAULT);
            stuck.start(new Heard<>(), new Metadata());
            stuck.sendMessage(EnrollRequest.getDefaultInstance());
            stuck.halfClose();
        }
        await(() -> waiting.size() == CONNECTIONS_OF_ADDRESS);

        waiting.forEach(StreamObserver::onCompleted);

        asking(channel(null));
    }

    private ManagedChannel takingNothing() {
        var channel = SiteChannels.builder(
                        Peer.machine("m1", "127.0.0.1", server.getPort()), null, authority.certificate())
                .initialFlowControlWindow(1)
                .build();
        channels.add(channel);
        return channel;
    }
}
