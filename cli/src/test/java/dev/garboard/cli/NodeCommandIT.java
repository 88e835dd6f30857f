package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.ContainerLogLine;
import dev.garboard.agentapi.v1.ContainerLogsRequest;
import dev.garboard.agentapi.v1.ContainerServiceGrpc.ContainerServiceImplBase;
import dev.garboard.agentapi.v1.ContainersRequest;
import dev.garboard.agentapi.v1.ContainersResponse;
import dev.garboard.agentapi.v1.DnsRecord;
import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc.MachineServiceImplBase;
import dev.garboard.agentapi.v1.NodeContainer;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.RebootResponse;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.agentapi.v1.ResetResponse;
import dev.garboard.agentapi.v1.ResolveRequest;
import dev.garboard.agentapi.v1.ResolveResponse;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.agentapi.v1.VersionResponse;
import dev.garboard.trust.Role;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a small node; the real one is asked in the tests with virtual machines. */
class NodeCommandIT {

    @TempDir
    private Path directory;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private RunningSite site;
    private Server node;

    @BeforeEach
    void start() throws Exception {
        site = new RunningSite(directory);
        var loopback = InetAddress.getLoopbackAddress();
        node = SiteServers.builder(
                        new InetSocketAddress(loopback, 0),
                        (X509KeyManager) site.authority.issueServer(List.of("node-a"), List.of(loopback))
                                .keyManagers()[0],
                        site.authority.certificate(),
                        ClientCertificate.REQUIRED)
                .addService(new SmallNode())
                .addService(new SmallContainers())
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        asked.add(String.valueOf(headers.get(MachineMetadata.MACHINE)));
                        return next.startCall(call, headers);
                    }
                })
                .build()
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        node.shutdownNow().awaitTermination();
        site.close();
    }

    @Test
    void asksThroughTheServerNamingTheMachine() throws Exception {
        var shown = throughServer("version");

        assertEquals(0, shown.code(), shown.err());
        assertTrue(shown.out().contains("Agent:           0.1.0\n"), shown.out());
        assertEquals("node-a", asked.peek());
    }

    @Test
    void asksStraightAtAnAddress() throws Exception {
        var shown = RunningSite.run(
                "node",
                "node-a",
                "--kubeconfig=" + site.kubeconfig(site.person(Role.READER), 1),
                "--address=127.0.0.1:" + node.getPort(),
                "version",
                "-o",
                "json");

        assertEquals(0, shown.code(), shown.err());
        assertTrue(shown.out().contains("\"agentVersion\" : \"0.1.0\""), shown.out());
        assertEquals("null", asked.peek());
    }

    @Test
    void printsLogLinesAsTheyCome() throws Exception {
        var shown = throughServer("logs", "-f");

        assertEquals("- INFO  first\n... 3 lines were lost\n- WARN  second\n", shown.out());
    }

    @Test
    void printsTheLinesOfAContainerWhole() throws Exception {
        var shown = throughServer("container-logs", "--tail", "3", "web");

        assertEquals("3 of web\nlong line\nbroken \nerror\n", shown.out(), shown.err());
    }

    @Test
    void listsContainersAsATable() throws Exception {
        var shown = throughServer("containers").out().lines().toList();

        assertEquals(
                List.of("CONTAINER", "STATE", "RESTARTS", "STARTED", "PID", "MEMORY", "CPU", "IMAGE", "ID"),
                List.of(shown.get(0).split(" +")));
        assertEquals(
                "default/web-1/web   exited 137 (OOMKilled)   2   1970-01-01T00:00:07Z   -   -   -   base:1   0123456789ab",
                shown.get(1).replaceAll("   +", "   "));
    }

    @Test
    void aResetNamesMachineAndDiskAndIsMeant() throws Exception {
        var unsaid = throughServer("reset", "--disk", "S5GX501");
        var nameless = throughServer("reset", "--yes");
        var done = throughServer("reset", "--disk", "S5GX501", "--yes", "--reason", "lost database");
        var json = throughServer("reset", "--disk", "S5GX501", "--yes", "--leave-etcd-behind", "-o", "json");
        var refused = throughServer("reset", "--disk", "other", "--yes");

        assertEquals(ExitCode.USAGE, unsaid.code(), unsaid.err());
        assertTrue(
                unsaid.err().contains("erases the disk S5GX501 of the machine node-a with everything on it"),
                unsaid.err());
        assertEquals(ExitCode.USAGE, nameless.code(), nameless.err());
        assertEquals(
                "the disk sda of node-a is erased, it had the file system no-etcd; the machine restarts\n",
                done.out(),
                done.err());
        assertTrue(json.out().contains("\"fileSystem\" : \"etcd-left\""), json.out());
        assertEquals(ExitCode.FAILED, refused.code(), refused.err());
        assertTrue(refused.err().contains("this machine has no disk"), refused.err());
    }

    @Test
    void endsWithTheCodeOfTheNodesAnswer() throws Exception {
        var refused = throughServer("reboot");
        var missing = throughServer("logs", "nothing");
        var silent = RunningSite.run(
                "node", "node-a", "--kubeconfig=" + site.kubeconfig(site.person(Role.READER), 1), "version");

        assertEquals(ExitCode.REFUSED, refused.code(), refused.err());
        assertTrue(refused.err().contains("needs the role operator"), refused.err());
        assertEquals(ExitCode.NOT_FOUND, missing.code(), missing.err());
        assertEquals(ExitCode.UNREACHABLE, silent.code(), silent.err());
    }

    @Test
    void aLookupsCodeSaysWhetherThereAreRecords() throws Exception {
        var found = throughServer("resolve", "there.example");
        assertEquals(ExitCode.OK, found.code(), found.err());
        assertTrue(found.out().startsWith("there.example 60 A 192.0.2.7\nNOERROR from 192.0.2.53"), found.out());

        assertEquals(
                ExitCode.NOT_FOUND, throughServer("resolve", "empty.example").code());
        assertEquals(ExitCode.NOT_FOUND, throughServer("resolve", "NXDOMAIN").code());
        assertEquals(ExitCode.UNREACHABLE, throughServer("resolve", "TIMEOUT").code());
        assertEquals(
                ExitCode.UNREACHABLE,
                throughServer("resolve", "TIMEOUT", "-o", "json").code());
        var failed = throughServer("resolve", "SERVFAIL");
        assertEquals(ExitCode.FAILED, failed.code());
        assertTrue(failed.err().contains("SERVFAIL A: 192.0.2.53 answered SERVFAIL"), failed.err());
    }

    private RunningSite.Outcome throughServer(String... question) throws Exception {
        var words = new ArrayList<>(
                List.of("node", "node-a", "--kubeconfig=" + site.kubeconfig(site.person(Role.READER), node.getPort())));
        words.addAll(List.of(question));
        return RunningSite.run(words.toArray(String[]::new));
    }

    private static final class SmallNode extends MachineServiceImplBase {

        @Override
        public void version(VersionRequest request, StreamObserver<VersionResponse> answer) {
            answer.onNext(VersionResponse.newBuilder().setAgentVersion("0.1.0").build());
            answer.onCompleted();
        }

        /** A name in capitals is the code to answer with. */
        @Override
        public void resolve(ResolveRequest request, StreamObserver<ResolveResponse> answer) {
            String name = request.getName();
            var response = ResolveResponse.newBuilder()
                    .setServer("192.0.2.53")
                    .setRcode(name.contains(".") ? "NOERROR" : name);
            if (name.startsWith("there")) {
                response.addRecords(DnsRecord.newBuilder()
                        .setName(name)
                        .setType("A")
                        .setTtl(60)
                        .setData("192.0.2.7"));
            }
            answer.onNext(response.build());
            answer.onCompleted();
        }

        @Override
        public void logs(LogsRequest request, StreamObserver<LogLine> answer) {
            if (request.getService().equals("nothing")) {
                answer.onError(Status.NOT_FOUND
                        .withDescription("there is no service nothing; there are: agent")
                        .asRuntimeException());
                return;
            }
            answer.onNext(LogLine.newBuilder().setLevel("INFO").setText("first").build());
            answer.onNext(LogLine.newBuilder()
                    .setLevel("WARN")
                    .setText("second")
                    .setLost(3)
                    .build());
            answer.onCompleted();
        }

        @Override
        public void reset(ResetRequest request, StreamObserver<ResetResponse> answer) {
            if (!request.getMachine().equals("node-a") || !request.getDisk().equals("S5GX501")) {
                answer.onError(Status.FAILED_PRECONDITION
                        .withDescription("this machine has no disk with the serial number or WWID")
                        .asRuntimeException());
                return;
            }
            answer.onNext(ResetResponse.newBuilder()
                    .setDevice("sda")
                    .setFileSystem(request.getLeaveEtcdBehind() ? "etcd-left" : "no-etcd")
                    .build());
            answer.onCompleted();
        }

        @Override
        public void reboot(RebootRequest request, StreamObserver<RebootResponse> answer) {
            answer.onError(Status.PERMISSION_DENIED
                    .withDescription("Reboot needs the role operator; alice has reader")
                    .asRuntimeException());
        }
    }

    private static final class SmallContainers extends ContainerServiceImplBase {

        @Override
        public void containers(ContainersRequest request, StreamObserver<ContainersResponse> answer) {
            answer.onNext(ContainersResponse.newBuilder()
                    .addContainers(NodeContainer.newBuilder()
                            .setId("0123456789abcdef")
                            .setPodNamespace("default")
                            .setPod("web-1")
                            .setName("web")
                            .setImage("base:1")
                            .setState(NodeContainer.State.STATE_EXITED)
                            .setExitCode(137)
                            .setReason("OOMKilled")
                            .setRestarts(2)
                            .setStartedAt(Timestamp.newBuilder().setSeconds(7)))
                    .build());
            answer.onCompleted();
        }

        @Override
        public void containerLogs(ContainerLogsRequest request, StreamObserver<ContainerLogLine> answer) {
            answer.onNext(line("stdout", request.getTail() + " of " + request.getContainer(), false));
            answer.onNext(line("stdout", "long ", true));
            answer.onNext(line("stdout", "line", false));
            answer.onNext(line("stdout", "broken ", true));
            answer.onNext(line("stderr", "error", false));
            answer.onCompleted();
        }

        private static ContainerLogLine line(String stream, String text, boolean partial) {
            return ContainerLogLine.newBuilder()
                    .setStream(stream)
                    .setText(text)
                    .setPartial(partial)
                    .build();
        }
    }
}
