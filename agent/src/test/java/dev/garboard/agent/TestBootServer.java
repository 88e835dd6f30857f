package dev.garboard.agent;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.CrashRequest;
import dev.garboard.agentapi.v1.CrashResponse;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.FaultServiceGrpc;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.RenewCertificateRequest;
import dev.garboard.agentapi.v1.RenewCertificateResponse;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.Pem;
import dev.garboard.trust.RequestedKey;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.X509KeyManager;

/** A boot server with a real site CA, as small as a node can notice. It also runs by itself, for trying images by hand. */
public final class TestBootServer implements AutoCloseable {

    /** What nodes said, in order. */
    public final BlockingQueue<NodeMessage> messages = new LinkedBlockingQueue<>();

    public final BlockingQueue<EnrollRequest> requests = new LinkedBlockingQueue<>();
    public final AtomicInteger renewals = new AtomicInteger();

    private final SiteAuthority site;
    private final Server server;
    private final Duration validity;
    private final CompletableFuture<Void> decision;
    private final InstantSource clock;
    private volatile Optional<StreamObserver<ServerMessage>> stream = Optional.empty();

    /** A server on this port; nodes stay pending until the decision is made. */
    public TestBootServer(
            SiteAuthority site,
            TlsIdentity identity,
            InetSocketAddress listen,
            Duration validity,
            CompletableFuture<Void> decision)
            throws IOException {
        this(site, identity, listen, validity, decision, InstantSource.system());
    }

    /** The same with another clock. */
    public TestBootServer(
            SiteAuthority site,
            TlsIdentity identity,
            InetSocketAddress listen,
            Duration validity,
            CompletableFuture<Void> decision,
            InstantSource clock)
            throws IOException {
        this.clock = clock;
        this.site = site;
        this.validity = validity;
        this.decision = decision;
        this.server = SiteServers.builder(
                        listen,
                        (X509KeyManager) identity.keyManagers()[0],
                        site.certificate(),
                        ClientCertificate.OPTIONAL)
                .addService(new Enrolling())
                .addService(new Nodes())
                .build()
                .start();
    }

    /** A site in a new directory. */
    public static SiteAuthority newSite(Path directory) throws IOException {
        Files.createDirectories(directory);
        return SiteAuthority.create(directory, "test", InstantSource.system());
    }

    /** {@code host:port} as the kernel command line says it. */
    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Sends something to the connected node. */
    public void send(ServerMessage message) {
        stream.orElseThrow().onNext(message);
    }

    /** What the site's server says of revoked certificates. */
    public static ServerMessage revocations(SiteAuthority site, List<Revocation> revoked) {
        var list = site.revocations(revoked);
        return ServerMessage.newBuilder()
                .setRevocations(ServerMessage.Revocations.newBuilder()
                        .setContent(ByteString.copyFrom(list.content()))
                        .setSignature(ByteString.copyFrom(list.signature())))
                .build();
    }

    /** Ends the stream of the connected node, as a server that restarts does. */
    public void breakStream() {
        stream.orElseThrow().onError(Status.UNAVAILABLE.asRuntimeException());
    }

    /** The next message of this kind. */
    public NodeMessage await(NodeMessage.MessageCase kind) throws InterruptedException {
        while (true) {
            NodeMessage message = messages.poll(60, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("the node sent no " + kind + " within a minute");
            }
            if (message.getMessageCase() == kind) {
                return message;
            }
        }
    }

    private ByteString chain(byte[] request) {
        var certificate =
                site.issue("node-1", Role.NODE, RequestedKey.verify(request), validity, List.of("node-1"), List.of());
        return ByteString.copyFromUtf8(Pem.ofCertificates(List.of(certificate, site.certificate())));
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Enrolling extends EnrollmentServiceGrpc.EnrollmentServiceImplBase {

        @Override
        public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> out) {
            requests.add(request);
            if (!decision.isDone()) {
                out.onNext(EnrollResponse.newBuilder()
                        .setPending(EnrollResponse.Pending.newBuilder()
                                .setMachine("node-1")
                                .setReason("nobody has accepted it"))
                        .build());
            }
            var _ = decision.thenRun(() -> {
                out.onNext(EnrollResponse.newBuilder()
                        .setAccepted(EnrollResponse.Accepted.newBuilder()
                                .setMachine("node-1")
                                .setTime(ServiceMessages.timestamp(clock.instant()))
                                .setCertificateChain(
                                        chain(request.getCertificateRequest().toByteArray())))
                        .build());
                out.onCompleted();
            });
        }
    }

    private final class Nodes extends NodeServiceGrpc.NodeServiceImplBase {

        @Override
        public void renewCertificate(RenewCertificateRequest request, StreamObserver<RenewCertificateResponse> out) {
            renewals.incrementAndGet();
            out.onNext(RenewCertificateResponse.newBuilder()
                    .setCertificateChain(chain(request.getCertificateRequest().toByteArray()))
                    .build());
            out.onCompleted();
        }

        @Override
        public StreamObserver<NodeMessage> connect(StreamObserver<ServerMessage> out) {
            stream = Optional.of(out);
            out.onNext(revocations(site, List.of()));
            out.onNext(ServerMessage.newBuilder()
                    .setWelcome(ServerMessage.Welcome.newBuilder().setServer("test"))
                    .build());
            return new StreamObserver<>() {
                @Override
                public void onNext(NodeMessage message) {
                    messages.add(message);
                }

                @Override
                public void onError(Throwable gone) {}

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }
    }

    private static void crash(Peer peer, TlsIdentity admin, SiteAuthority site, CrashRequest.Kind kind) {
        var channel = SiteChannels.open(peer, (X509KeyManager) admin.keyManagers()[0], site.certificate());
        var answer = FaultServiceGrpc.newBlockingStub(channel)
                .crash(CrashRequest.newBuilder().setKind(kind).build());
        channel.shutdown();
        if (!answer.equals(CrashResponse.getDefaultInstance())) {
            throw new AssertionError(answer);
        }
    }

    /**
     * Makes the site if there is none, accepts a node, calls its API once and ends.
     *
     * @param args directory of the site; {@code host:port} of the node's API; and, to see how it dies, a kind of crash
     */
    public static void main(String[] args) throws Exception {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Path directory = Path.of(args[0]);
        SiteAuthority site = Files.exists(directory.resolve(SiteAuthority.KEY_FILE))
                ? SiteAuthority.open(directory, InstantSource.system())
                : newSite(directory);
        if (args.length == 1) {
            return;
        }
        TlsIdentity identity = site.issueServer(List.of(), List.of(InetAddress.ofLiteral("10.0.2.2")));
        TlsIdentity admin = site.issueOperator("admin", Role.ADMIN, Duration.ofDays(1));
        admin.write(directory.resolve("admin.crt"), directory.resolve("admin.key"));
        String[] node = args[1].split(":", 2);
        try (var server = new TestBootServer(
                site,
                identity,
                new InetSocketAddress(7443),
                SiteAuthority.NODE_VALIDITY,
                CompletableFuture.completedFuture(null))) {
            out.println("serving");
            boolean called = false;
            while (!called || args.length > 2) {
                NodeMessage message = server.messages.poll(1, TimeUnit.HOURS);
                out.println(message);
                if (!called && message != null && message.hasStatus()) {
                    var peer = Peer.machine("node-1", node[0], Integer.parseInt(node[1]));
                    try (var client = NodeClient.direct(peer, admin, site.certificate())) {
                        long began = System.nanoTime();
                        out.println(client.api().version(VersionRequest.getDefaultInstance()));
                        out.println("API ANSWERED in " + Duration.ofNanos(System.nanoTime() - began));
                    } catch (StatusException failed) {
                        out.println("API FAILED " + failed);
                    }
                    called = true;
                    if (args.length > 2) {
                        crash(peer, admin, site, CrashRequest.Kind.valueOf(args[2]));
                    }
                }
            }
        }
    }
}
