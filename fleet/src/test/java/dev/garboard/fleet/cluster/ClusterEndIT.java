package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.fleet.FakeEtcd;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deleted cluster's snapshot is taken of, with members that a test makes sick. */
class ClusterEndIT {

    private static final String REMEDY =
            ". Bring a control plane back whose member votes, sees a leader and has no alarm"
                    + " CORRUPT; to give its state up, and lose what no earlier snapshot has: garboard cluster delete lab"
                    + " --without-snapshot";

    @TempDir
    private Path directory;

    private final Map<String, FakeEtcd> members = new HashMap<>();
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private final List<Server> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        servers.forEach(Server::shutdownNow);
    }

    @Test
    void theMemberThatHasCarriedOutMostIsSaved() throws Exception {
        runs("cp1", 7);
        runs("cp2", 9);
        runs("cp3", 8);

        var step = end(founded(3));

        assertEquals("data of cp2", saved(step));
    }

    @Test
    void oneThatIsCutOffOrAccusedIsNotSavedHoweverMuchItHas() throws Exception {
        member("cp1").status = status("cp1", 90).setLeaderId("").build();
        var accused = List.of(
                EtcdAlarm.newBuilder().setMemberId("cp2").setAlarm("CORRUPT").build());
        runs("cp2", 80);
        runs("cp3", 8);
        member("cp2").alarms = accused;
        member("cp3").alarms = accused;

        var step = end(founded(3));

        assertEquals("data of cp3", saved(step));
    }

    @Test
    void aClusterWithoutAGoodMemberIsNotDeletedAndSaysWhatHelps() throws Exception {
        runs("cp1", 7);
        member("cp1").alarms = null;
        member("cp2").status = status("cp2", 9).setLearner(true).build();

        var step = end(founded(2));

        assertFalse(step.isSaved());
        assertEquals(
                "False NoSnapshot: the cluster is deleted when the state of etcd is saved, and it cannot be: cp1: no"
                        + " majority of etcd stands behind its member: UNAVAILABLE: etcdserver: request timed out; cp2: its"
                        + " member of etcd does not vote" + REMEDY,
                condition(step));
        assertEquals(List.of(), files());
    }

    @Test
    void anotherMemberIsSavedOnlyWhenItHasWhatTheFirstHad() throws Exception {
        runs("cp1", 9);
        member("cp1").saves = false;
        runs("cp2", 8);

        var behind = end(founded(2));
        runs("cp2", 9);
        var level = end(founded(2));

        assertTrue(condition(behind)
                .contains("cp1: UNAVAILABLE: no leader; cp2: its member of etcd is behind that of cp1"));
        assertEquals("data of cp2", saved(level));
    }

    @Test
    void whatGivingTheStateUpLosesIsSaid() {
        var given = annotated(founded(2), Map.of(ClusterEnd.WITHOUT_SNAPSHOT, "true"));

        var step = end(given);

        assertTrue(step.isSaved());
        assertEquals(
                "True GivenUp: the state of etcd is given up, as the annotation says: lost is every object and secret of"
                        + " the cluster that no earlier snapshot has, with the data on cp1, cp2",
                condition(step));
    }

    /** It founded a moment ago; or the database is a copy from before anybody noted it. */
    @Test
    void aFounderWithDataIsSavedAlthoughNobodyNotedThatItFounded() throws Exception {
        runs("cp1", 7);

        var step = end(founding());

        assertEquals("data of cp1", saved(step));
    }

    @Test
    void aFounderThatDoesNotAnswerKeepsTheCluster() {
        var step = end(founding());

        assertFalse(step.isSaved());
        assertEquals(
                "False NoSnapshot: the cluster is deleted when the state of etcd is saved, and it cannot be: cp1 was told"
                        + " to found the cluster, and whether it has cannot be seen: it is not connected" + REMEDY,
                condition(step));
    }

    @Test
    void aClusterThatNobodyWasToldToFoundHasNothing() {
        var step = end(deleting(Site.of(1, 0)));

        assertTrue(step.isSaved());
        assertEquals("True NothingToSave: the cluster was never founded", condition(step));
    }

    private ClusterEnd.Step end(Resource<ClusterSpec, ClusterStatus> cluster) {
        NodeCalls calls =
                machine -> Optional.ofNullable(channels.get(machine)).map(KubernetesServiceGrpc::newBlockingV2Stub);
        return new ClusterEnd(calls, new EtcdSnapshots(directory.resolve("snapshots")), InstantSource.system())
                .advance(cluster, _ -> Optional.empty());
    }

    private FakeEtcd member(String name) throws IOException {
        var known = members.get(name);
        if (known != null) {
            return known;
        }
        var etcd = new FakeEtcd();
        etcd.database = ("data of " + name).getBytes(StandardCharsets.UTF_8);
        var server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(etcd)
                .build()
                .start();
        servers.add(server);
        members.put(name, etcd);
        channels.put(
                name,
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                        .usePlaintext()
                        .build());
        return etcd;
    }

    private void runs(String name, long applied) throws IOException {
        member(name).status = status(name, applied).build();
    }

    private static EtcdStatusResponse.Builder status(String name, long applied) {
        return EtcdStatusResponse.newBuilder()
                .setMemberId(name)
                .setLeaderId("any")
                .setRaftAppliedIndex(applied);
    }

    private static Resource<ClusterSpec, ClusterStatus> founded(int controlPlanes) {
        return deleting(UpgradeWorld.of(controlPlanes, 0).site);
    }

    private static Resource<ClusterSpec, ClusterStatus> founding() {
        var site = Site.of(2, 0);
        site.settle();
        return deleting(site);
    }

    private static Resource<ClusterSpec, ClusterStatus> deleting(Site site) {
        return annotated(site.cluster, Map.of());
    }

    private static Resource<ClusterSpec, ClusterStatus> annotated(
            Resource<ClusterSpec, ClusterStatus> cluster, Map<String, String> annotations) {
        var meta = cluster.metadata();
        return cluster.withMetadata(new ObjectMeta(
                meta.name(),
                meta.uid(),
                meta.resourceVersion(),
                meta.generation(),
                meta.creationTimestamp(),
                meta.labels(),
                annotations,
                Site.NOW,
                List.of(ClusterEnd.FINALIZER)));
    }

    /** What the one snapshot holds. */
    private String saved(ClusterEnd.Step step) throws IOException {
        assertTrue(step.isSaved(), () -> condition(step));
        assertTrue(condition(step).startsWith("True Saved: "), () -> condition(step));
        var databases = files().stream().filter(file -> file.endsWith(".db")).toList();
        assertEquals(1, databases.size(), databases::toString);
        return Files.readString(directory.resolve("snapshots").resolve(databases.getFirst()));
    }

    private List<String> files() throws IOException {
        var kept = directory.resolve("snapshots");
        if (!Files.exists(kept)) {
            return List.of();
        }
        try (var files = Files.list(kept)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String condition(ClusterEnd.Step step) {
        return step.status().conditions().stream()
                .filter(condition -> condition.type().equals("StateSaved"))
                .map(condition -> condition.status() + " " + condition.reason() + ": " + condition.message())
                .findFirst()
                .orElse("none");
    }
}
