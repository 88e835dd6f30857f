package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.garboard.agentapi.MachineApiRoles;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.v1.BootStep;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.RebootResponse;
import dev.garboard.agentapi.v1.RenewCertificateRequest;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.agentapi.v1.ResetResponse;
import dev.garboard.agentapi.v1.ResolveRequest;
import dev.garboard.agentapi.v1.ResolveResponse;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.agentapi.v1.Smbios;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.agentapi.v1.VersionResponse;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.TlsIdentity;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** A node as a program on this host: it enrols, connects and answers the machine API, all over real TLS. */
final class FakeNode implements AutoCloseable {

    private final X509Certificate siteCa;
    private final int serverPort;
    private final KeyPair keys = KeyPairs.ecP256();
    private final ManagedChannel anonymous;
    private @Nullable ManagedChannel channel;
    private @Nullable Server api;
    private @Nullable TlsIdentity identity;
    private @Nullable StreamObserver<NodeMessage> up;

    /** Its member of etcd. */
    final FakeEtcd etcd = new FakeEtcd();

    final BlockingQueue<ServerMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
    final AtomicInteger linesSent = new AtomicInteger();
    final CountDownLatch logsCancelled = new CountDownLatch(1);

    FakeNode(X509Certificate siteCa, int serverPort) {
        this.siteCa = siteCa;
        this.serverPort = serverPort;
        this.anonymous = SiteChannels.open(server(serverPort), null, siteCa);
    }

    static Peer server(int port) {
        return new Peer("127.0.0.1", port, "garboard-server");
    }

    EnrollRequest.Builder request(String session, String mac, String uuid) {
        return EnrollRequest.newBuilder()
                .setHardware(Hardware.newBuilder()
                        .setSmbios(Smbios.newBuilder().setSystemUuid(uuid).setSystemManufacturer("QEMU"))
                        .addNics(NetworkInterfaceCard.newBuilder()
                                .setName("eth0")
                                .setPermanentMac(mac))
                        .setMemoryBytes(1L << 31))
                .setBootSession(session)
                .setBootTicket(ByteString.copyFrom(FleetRig.ticket(session)))
                .setBootMac(mac)
                .setAgentVersion("0.1.0")
                .setImage("lab-1")
                .setCertificateRequest(ByteString.copyFrom(CertificateRequest.create(keys)))
                .addSteps(BootStep.newBuilder()
                        .setStage("agent")
                        .setUptime(Duration.newBuilder().setSeconds(7)));
    }

    /** The answers, as they come; an error is put as a rejection with its description. */
    BlockingQueue<EnrollResponse> enroll(EnrollRequest request) {
        var answers = new LinkedBlockingQueue<EnrollResponse>();
        EnrollmentServiceGrpc.newStub(anonymous).enroll(request, new StreamObserver<>() {
            @Override
            public void onNext(EnrollResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable failure) {
                answers.add(EnrollResponse.newBuilder()
                        .setRejected(EnrollResponse.Rejected.newBuilder()
                                .setReason(Status.fromThrowable(failure).toString()))
                        .build());
            }

            @Override
            public void onCompleted() {}
        });
        return answers;
    }

    TlsIdentity take(EnrollResponse.Accepted accepted) {
        var chain = Pem.certificates(accepted.getCertificateChain().toStringUtf8(), "the answer");
        var mine = new TlsIdentity(keys.getPrivate(), chain);
        identity = mine;
        return mine;
    }

    void connect(String machine, String session) throws IOException {
        var mine = identity;
        if (mine == null) {
            throw new IllegalStateException("not enrolled");
        }
        if (api != null) {
            api.shutdownNow();
        }
        var rotating = new RotatingIdentity(mine);
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var machineApi = SiteServers.builder(loopback, rotating, siteCa, SiteServers.ClientCertificate.REQUIRED)
                .addService(new Api())
                .addService(etcd)
                .intercept(new RoleInterceptor(
                        MachineApiRoles.MACHINE,
                        Set.of(),
                        siteCa,
                        InstantSource.system(),
                        RevocationGate.informed(InstantSource.system()),
                        _ -> {}))
                .build()
                .start();
        api = machineApi;
        channel = SiteChannels.open(server(serverPort), rotating, siteCa);
        up = NodeServiceGrpc.newStub(channel).connect(new StreamObserver<>() {
            @Override
            public void onNext(ServerMessage message) {
                received.add(message);
            }

            @Override
            public void onError(Throwable failure) {
                ended.add(Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                ended.add(Status.OK);
            }
        });
        say(NodeMessage.newBuilder()
                .setHello(NodeMessage.Hello.newBuilder()
                        .setMachine(machine)
                        .setBootSession(session)
                        .setApiPort(machineApi.getPort())
                        .setAgentVersion("0.1.0")
                        .setKernelRelease("6.12")));
    }

    void ready() {
        say(NodeMessage.newBuilder().setStatus(NodeMessage.Status.newBuilder().setReady(true)));
    }

    void goodbye(NodeMessage.Goodbye.Kind kind, String reason) {
        say(NodeMessage.newBuilder()
                .setGoodbye(NodeMessage.Goodbye.newBuilder().setKind(kind).setReason(reason)));
        if (up != null) {
            up.onCompleted();
        }
    }

    void say(NodeMessage.Builder message) {
        if (up != null) {
            up.onNext(message.build());
        }
    }

    TlsIdentity renew() throws StatusException {
        var mine = identity;
        if (mine == null || channel == null) {
            throw new IllegalStateException("not connected");
        }
        var answer = NodeServiceGrpc.newBlockingV2Stub(channel)
                .renewCertificate(RenewCertificateRequest.newBuilder()
                        .setCertificateRequest(ByteString.copyFrom(CertificateRequest.create(keys)))
                        .build());
        return new TlsIdentity(
                keys.getPrivate(), Pem.certificates(answer.getCertificateChain().toStringUtf8(), "the answer"));
    }

    /** Its machine API answers no more; its stream stays. */
    void silence() {
        if (api != null) {
            api.shutdownNow();
        }
    }

    /** As a power cut, but sooner noticed. */
    void vanish() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    X509KeyManager keyManager() {
        var mine = identity;
        if (mine == null) {
            throw new IllegalStateException("not enrolled");
        }
        return new RotatingIdentity(mine);
    }

    @Override
    public void close() {
        anonymous.shutdownNow();
        vanish();
        if (api != null) {
            api.shutdownNow();
        }
    }

    private final class Api extends MachineServiceGrpc.MachineServiceImplBase {

        @Override
        public void version(VersionRequest request, StreamObserver<VersionResponse> answer) {
            answer.onNext(VersionResponse.newBuilder()
                    .setMachine(RoleInterceptor.CALLER.get().describe())
                    .build());
            answer.onCompleted();
        }

        @Override
        public void reboot(RebootRequest request, StreamObserver<RebootResponse> answer) {
            answer.onNext(RebootResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void reset(ResetRequest request, StreamObserver<ResetResponse> answer) {
            answer.onNext(ResetResponse.newBuilder()
                    .setDevice(request.getMachine() + " " + request.getDisk())
                    .build());
            answer.onCompleted();
        }

        @Override
        public void resolve(ResolveRequest request, StreamObserver<ResolveResponse> answer) {
            answer.onNext(ResolveResponse.newBuilder()
                    .setServer("127.0.0.1")
                    .setRcode("NXDOMAIN")
                    .build());
            answer.onCompleted();
        }

        /** Sends as long as the other side takes; big lines, so that buffers fill soon. */
        @Override
        public void logs(LogsRequest request, StreamObserver<LogLine> answer) {
            var stream = (ServerCallStreamObserver<LogLine>) answer;
            var text = "x".repeat(16 * 1024);
            stream.setOnCancelHandler(logsCancelled::countDown);
            stream.setOnReadyHandler(() -> {
                while (stream.isReady()) {
                    if (linesSent.get() == request.getTail() && !request.getFollow()) {
                        stream.onCompleted();
                        return;
                    }
                    stream.onNext(LogLine.newBuilder()
                            .setLost(linesSent.getAndIncrement())
                            .setText(text)
                            .build());
                }
            });
        }
    }
}
