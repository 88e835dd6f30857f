package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.EtcdRestoreMember;
import dev.garboard.agentapi.v1.EtcdRestoreRequest;
import dev.garboard.agentapi.v1.EtcdRestoreResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse.Phase;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceImplBase;
import dev.garboard.trust.Role;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of a restore over small nodes; real ones are restored in the tests with container nodes. */
class ClusterRestoreIT {

    private static final List<String> NAMES = List.of("cp1", "cp2", "cp3");

    @TempDir
    private Path directory;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final TreeMap<String, Member> members = new TreeMap<>();
    private final TreeMap<String, Server> servers = new TreeMap<>();
    private RunningSite site;
    private Path snapshot;

    @BeforeEach
    void start() throws Exception {
        site = new RunningSite(directory);
        snapshot = Files.write(directory.resolve("snapshot.db"), new byte[3_000_000]);
        for (var name : NAMES) {
            var loopback = InetAddress.getLoopbackAddress();
            var member = new Member(name);
            members.put(name, member);
            servers.put(
                    name,
                    SiteServers.builder(
                                    new InetSocketAddress(loopback, 0),
                                    (X509KeyManager) site.authority.issueServer(List.of(name), List.of(loopback))
                                            .keyManagers()[0],
                                    site.authority.certificate(),
                                    ClientCertificate.REQUIRED)
                            .addService(member)
                            .build()
                            .start());
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (var server : servers.values()) {
            server.shutdownNow().awaitTermination();
        }
        site.close();
    }

    @Test
    void nobodyTakesAStepBeforeAllHaveTakenTheOneBefore() throws Exception {
        var shown = restore(NAMES, "--yes", "-o", "json");

        assertEquals(0, shown.code(), shown.err());
        assertEquals(
                List.of(
                        "cp1 got 3000000",
                        "cp2 got 3000000",
                        "cp3 got 3000000",
                        "cp1 STOP",
                        "cp2 STOP",
                        "cp3 STOP",
                        "cp1 REPLACE",
                        "cp2 REPLACE",
                        "cp3 REPLACE"),
                List.copyOf(asked));
        var last = shown.out().strip().lines().reduce("", (_, line) -> line);
        assertTrue(last.startsWith("{\"event\":\"cluster-restored\","), shown.out());
    }

    @Test
    void refusesToForgetAControlPlane() throws Exception {
        var shown = restore(List.of("cp1", "cp2"), "--yes");

        assertEquals(ExitCode.USAGE, shown.code(), shown.err());
        assertTrue(shown.err().contains("the cluster has further control planes: cp3"), shown.err());
        assertEquals(List.of(), List.copyOf(asked));
        assertEquals(
                0, restore(List.of("cp1", "cp2"), "--yes", "--without", "cp3").code());
    }

    @Test
    void wantsToBeToldThatItIsMeant() throws Exception {
        var shown = restore(NAMES);

        assertEquals(ExitCode.USAGE, shown.code(), shown.err());
        assertTrue(shown.err().contains("--yes"), shown.err());
        assertEquals(List.of(), List.copyOf(asked));
    }

    @Test
    void stopsNothingWhenOneNodeRefusesTheSnapshot() throws Exception {
        member("cp2").refusal = "this is no good snapshot";

        var shown = restore(NAMES, "--yes");

        assertEquals(ExitCode.FAILED, shown.code(), shown.err());
        assertTrue(
                shown.err().contains("this is no good snapshot. Nothing was stopped and nothing was changed"),
                shown.err());
        assertEquals(List.of("cp1 got 3000000", "cp1 ABANDON"), List.copyOf(asked));
    }

    @Test
    void goesBackOnlyWhileNoDataWasReplaced() throws Exception {
        for (var member : members.values()) {
            member.phase = Phase.STOPPED;
            member.token = "r1";
        }
        member("cp1").phase = Phase.NONE;
        member("cp1").restored = "r1";

        var refused = restore(NAMES, "--abandon");

        assertEquals(ExitCode.FAILED, refused.code(), refused.err());
        assertTrue(refused.err().contains("there is no way back"), refused.err());

        member("cp1").restored = "";
        assertEquals(0, restore(NAMES, "--abandon").code());
        assertEquals(List.of("cp2 ABANDON", "cp3 ABANDON"), List.copyOf(asked));
    }

    private Member member(String name) {
        return Objects.requireNonNull(members.get(name));
    }

    private RunningSite.Outcome restore(List<String> names, String... options) throws IOException {
        var words = new ArrayList<>(List.of(
                "cluster",
                "etcd",
                "restore",
                "lab",
                snapshot.toString(),
                "--kubeconfig=" + site.kubeconfig(site.person(Role.ADMIN), 1)));
        names.forEach(name -> words.add("--address=" + name + "=127.0.0.1:"
                + Objects.requireNonNull(servers.get(name)).getPort()));
        words.addAll(List.of(options));
        return RunningSite.run(words.toArray(String[]::new));
    }

    /** A node that does each step at once. */
    private final class Member extends KubernetesServiceImplBase {

        private final String name;
        private volatile String refusal = "";
        private volatile Phase phase = Phase.NONE;
        private volatile String token = "";
        private volatile String restored = "";

        Member(String name) {
            this.name = name;
        }

        @Override
        public StreamObserver<EtcdRestoreRequest> etcdRestore(StreamObserver<EtcdRestoreResponse> out) {
            return new StreamObserver<>() {
                private long bytes;

                @Override
                public void onNext(EtcdRestoreRequest part) {
                    bytes += part.getData().size();
                    if (part.hasPlan() && !refusal.isEmpty()) {
                        out.onError(
                                Status.INVALID_ARGUMENT.withDescription(refusal).asRuntimeException());
                    } else if (part.hasPlan()) {
                        token = part.getPlan().getToken();
                    }
                }

                @Override
                public void onError(Throwable cancelled) {}

                @Override
                public void onCompleted() {
                    if (refusal.isEmpty()) {
                        asked.add(name + " got " + bytes);
                        phase = Phase.PREPARED;
                        out.onNext(EtcdRestoreResponse.newBuilder()
                                .setRevision(7)
                                .setKeys(3)
                                .build());
                        out.onCompleted();
                    }
                }
            };
        }

        @Override
        public void etcdRestoreStep(EtcdRestoreStepRequest request, StreamObserver<EtcdRestoreStatusResponse> out) {
            asked.add(name + " " + request.getStep());
            if (request.getStep() == Step.STOP) {
                phase = Phase.STOPPED;
            } else {
                restored = request.getStep() == Step.REPLACE ? token : "";
                phase = Phase.NONE;
            }
            out.onNext(status());
            out.onCompleted();
        }

        @Override
        public void etcdRestoreStatus(EtcdRestoreStatusRequest request, StreamObserver<EtcdRestoreStatusResponse> out) {
            out.onNext(status());
            out.onCompleted();
        }

        private EtcdRestoreStatusResponse status() {
            return EtcdRestoreStatusResponse.newBuilder()
                    .setPhase(phase)
                    .setToken(phase == Phase.NONE ? "" : token)
                    .setRestoredToken(restored)
                    .setSelf(message(name))
                    .addAllOthers(NAMES.stream()
                            .filter(other -> !other.equals(name))
                            .map(Member::message)
                            .toList())
                    .setVotes(true)
                    .setApiReady(true)
                    .build();
        }

        private static EtcdRestoreMember message(String name) {
            return EtcdRestoreMember.newBuilder()
                    .setName(name)
                    .setAddress("10.0.0." + name.substring(2))
                    .build();
        }
    }
}
