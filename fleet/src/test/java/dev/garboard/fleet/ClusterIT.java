package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.agentapi.v1.ServerMessage.DesiredState;
import dev.garboard.agentapi.v1.ServerMessage.LeaveCluster;
import dev.garboard.fleet.cluster.Clusters;
import dev.garboard.fleet.cluster.FakeKubernetes;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceJson;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.document.NodeDocuments;
import dev.garboard.kubernetes.pki.KubeletRequest;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster from its declaration on, with nodes that speak the real protocol and a Kubernetes that the test is. */
@Timeout(180)
class ClusterIT {

    private static final String FOUNDER = "node-1";
    private static final String SECOND = "node-2";
    private static final String WORKER = "node-3";
    private static final String FILE_SYSTEM = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";

    /** What a node may have before it has a part in the cluster. */
    private static final Set<String> PREPARED = Set.of("KubernetesBundle", "ContainerRuntime");

    @TempDir
    Path directory;

    private final FakeKubernetes kubernetes = new FakeKubernetes();
    private final Map<String, FakeNode> nodes = new HashMap<>();
    private final Map<String, String> sessions = new HashMap<>();
    private FleetRig rig;
    private Clusters clusters;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        clusters = kubernetes.clusters(rig.inventory, directory.resolve("cluster.key"));
        rig.restart(clusters.desired());
        reachNodes();
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        for (int i = 1; i <= 3; i++) {
            var mac = "52:54:00:00:00:0" + i;
            var session = rig.booted(mac);
            var node = rig.node();
            node.take(next(node.enroll(node.request(session, mac, "").build())).getAccepted());
            nodes.put("node-" + i, node);
            sessions.put("node-" + i, session);
            connect("node-" + i);
        }
        label(FOUNDER, "control-plane");
        label(SECOND, "control-plane");
        label(WORKER, "worker");
    }

    @AfterEach
    void stop() {
        // As the server does: nodes are told to come back later before the clusters stop.
        rig.fleet.close();
        clusters.close();
        rig.close();
    }

    private void connect(String name) throws Exception {
        node(name).connect(name, sessions.getOrDefault(name, ""));
    }

    private FakeNode node(String name) {
        return Objects.requireNonNull(nodes.get(name));
    }

    private void label(String machine, String role) {
        rig.store.update(
                Kinds.MACHINE,
                machine,
                found -> found.withMetadata(found.metadata().withLabels(Map.of("role", role))));
    }

    private void declare() {
        rig.store.create(new Resource<>(
                Kinds.CLUSTER,
                ObjectMeta.named("lab"),
                ClusterSpec.of("1.37.2", Map.of("role", "control-plane"), Map.of("role", "worker")),
                ClusterStatus.declared()));
    }

    private ClusterStatus status() {
        return rig.store.get(Kinds.CLUSTER, "lab").orElseThrow().status();
    }

    /** Waits for a desired state that is as wanted. */
    private DesiredState desired(String name, Predicate<DesiredState> wanted) throws InterruptedException {
        var seen = ServerMessage.getDefaultInstance();
        while (true) {
            var message = node(name).received.poll(20, TimeUnit.SECONDS);
            assertNotNull(message, name + ": nothing more within 20 s; the last was " + seen);
            if (message.hasDesired() && wanted.test(message.getDesired())) {
                return message.getDesired();
            }
            seen = message;
        }
    }

    private static boolean has(DesiredState state, String kind) {
        return state.getDocumentsList().stream()
                .anyMatch(document -> document.getKind().equals(kind));
    }

    private static Etcd etcd(DesiredState state) {
        return parsed(state).stream()
                .filter(Etcd.class::isInstance)
                .map(Etcd.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** As a node reads them: all of them are well formed. */
    private static List<NodeDocument> parsed(DesiredState state) {
        return state.getDocumentsList().stream()
                .map(document -> NodeDocuments.READER.parse(
                        document.getKind() + "/" + document.getName(),
                        document.getContent().toByteArray()))
                .toList();
    }

    private static Map<String, Long> revisions(DesiredState state) {
        var revisions = new HashMap<String, Long>();
        state.getDocumentsList().forEach(document -> revisions.put(document.getKind(), document.getRevision()));
        return revisions;
    }

    private void applies(String name, DesiredState state) {
        var said = NodeMessage.Status.newBuilder().setReady(true).setObservedRevision(state.getRevision());
        state.getDocumentsList()
                .forEach(document -> said.addDocuments(NodeMessage.DocumentStatus.newBuilder()
                        .setKind(document.getKind())
                        .setName(document.getName())
                        .setDesiredRevision(document.getRevision())
                        .setAppliedRevision(document.getRevision())));
        node(name).say(NodeMessage.newBuilder().setStatus(said));
    }

    /** A machine without a part in a cluster keeps nothing, and its disk is left alone. */
    @Test
    void aMachinesDiskIsADocumentThatOnlyChangesWithTheDisk() throws Exception {
        spec(FOUNDER, "founder", new MachineSpec.StateDisk("nvme0n1", false));
        var alone = desired(FOUNDER, state -> state.getHostname().equals("founder"));
        assertEquals(List.of(), alone.getDocumentsList());
        declare();

        var first = desired(FOUNDER, state -> has(state, "Kubelet"));
        assertEquals(new StateDisk("nvme0n1"), parsed(first).getFirst());
        spec(FOUNDER, "renamed", new MachineSpec.StateDisk("nvme0n1", false));
        var renamed = desired(FOUNDER, state -> state.getHostname().equals("renamed"));
        assertEquals(revisions(first), revisions(renamed));

        spec(FOUNDER, "renamed", new MachineSpec.StateDisk("nvme1n1", true));
        var other = desired(FOUNDER, state -> revision(state, "StateDisk") > revision(first, "StateDisk"));
        assertEquals("nvme1n1", disk(other).disk());
        assertEquals(revision(first, "Kubelet"), revision(other, "Kubelet"));
    }

    @Test
    void anOrderToOverwriteADiskIsSpentWhenTheMachineUsesIt() throws Exception {
        declare();
        spec(FOUNDER, "founder", new MachineSpec.StateDisk("S5GX501", true));
        var ordered = desired(FOUNDER, state -> has(state, "StateDisk"));
        assertTrue(disk(ordered).overwrite());
        assertNotNull(disk(ordered).order());

        applies(FOUNDER, ordered);
        var after = desired(FOUNDER, state -> revision(state, "StateDisk") > revision(ordered, "StateDisk"));

        assertEquals(new StateDisk("S5GX501"), disk(after));
        assertNull(rig.machine(FOUNDER).status().diskOrder());
    }

    /** The node would have to format a second time what it formatted for the first, and nobody ordered that. */
    @Test
    void anOrderToOverwriteADiskIsTheSameOneAfterARestartAndInAnOlderCopyOfTheDatabase() throws Exception {
        declare();
        spec(FOUNDER, "founder", new MachineSpec.StateDisk("S5GX501", true));
        var ordered = desired(FOUNDER, state -> has(state, "StateDisk"));
        var order = Objects.requireNonNull(disk(ordered).order());
        var copy = rig.machine(FOUNDER);
        applies(FOUNDER, ordered);
        eventually(
                () -> rig.machine(FOUNDER).status().diskOrder() == null,
                () -> rig.machine(FOUNDER).status().toString());

        rig.store.update(
                Kinds.MACHINE, FOUNDER, found -> found.withSpec(copy.spec()).withStatus(copy.status()));
        restartServer();
        connect(FOUNDER);

        assertEquals(
                order, disk(desired(FOUNDER, state -> has(state, "StateDisk"))).order());
    }

    /** It counts from when it was given, and not from when the machine gets a part in a cluster. */
    @Test
    void anOrderToOverwriteADiskIsMadeAtOnce() throws Exception {
        spec(FOUNDER, "founder", new MachineSpec.StateDisk("S5GX501", true));

        eventually(
                () -> rig.machine(FOUNDER).status().diskOrder() != null,
                () -> rig.machine(FOUNDER).toString());
    }

    private static StateDisk disk(DesiredState state) {
        return (StateDisk) parsed(state).getFirst();
    }

    /** A node that starts from nothing is told what it has to find, also by a server that was restarted meanwhile. */
    @Test
    void theFileSystemThatANodeUsesIsRecordedAndToldToItAtItsNextStart() throws Exception {
        declare();
        spec(FOUNDER, "founder", new MachineSpec.StateDisk("S5GX501", false));
        var first = desired(FOUNDER, state -> has(state, "StateDisk"));
        assertEquals(new StateDisk("S5GX501"), parsed(first).getFirst());
        uses(FOUNDER, FILE_SYSTEM);
        eventually(
                () -> disk(FOUNDER) != null, () -> rig.machine(FOUNDER).status().toString());
        var since = Objects.requireNonNull(disk(FOUNDER)).since();
        assertEquals(
                new MachineStatus.StateDisk("sda", "S5GX501", null, 500_000_000_000L, FILE_SYSTEM, since),
                disk(FOUNDER));

        restartServer();
        connect(FOUNDER);
        // The new boot says nothing of a disk until it has mounted it.
        var again = desired(FOUNDER, state -> has(state, "StateDisk"));

        assertEquals(
                new StateDisk("S5GX501", false, null, new StateDisk.Recorded("sda", "S5GX501", "", FILE_SYSTEM), null),
                parsed(again).getFirst());
        node(FOUNDER)
                .say(NodeMessage.newBuilder()
                        .setStatus(NodeMessage.Status.newBuilder().setReady(true)));
        eventually(
                () -> rig.machine(FOUNDER).status().phase().equals("Ready"),
                () -> rig.machine(FOUNDER).status().toString());
        assertEquals(since, Objects.requireNonNull(disk(FOUNDER)).since());
    }

    private MachineStatus.@Nullable StateDisk disk(String machine) {
        return rig.machine(machine).status().stateDisk();
    }

    private void uses(String machine, String fileSystem) {
        node(machine)
                .say(NodeMessage.newBuilder()
                        .setStatus(NodeMessage.Status.newBuilder()
                                .setStateDisk(NodeMessage.StateDisk.newBuilder()
                                        .setDevice("sda")
                                        .setSerial("S5GX501")
                                        .setSizeBytes(500_000_000_000L)
                                        .setFileSystem(fileSystem))));
    }

    private void spec(String machine, String hostname, MachineSpec.StateDisk disk) {
        rig.store.update(Kinds.MACHINE, machine, found -> {
            var spec = found.spec();
            return found.withSpec(new MachineSpec(
                    spec.acceptance(),
                    spec.identity(),
                    spec.image(),
                    hostname,
                    spec.dnsServers(),
                    spec.timeServers(),
                    spec.allowWeakIdentity(),
                    disk));
        });
    }

    private static long revision(DesiredState state, String kind) {
        return revisions(state).getOrDefault(kind, 0L);
    }

    /** The server's process ends and begins again; the nodes' do not. */
    private void restartServer() throws Exception {
        rig.fleet.close();
        clusters.close();
        nodes.values().forEach(node -> {
            node.vanish();
            node.received.clear();
        });
        clusters = kubernetes.clusters(rig.inventory, directory.resolve("cluster.key"));
        rig.restart(clusters.desired());
        reachNodes();
    }

    private void reachNodes() {
        var fleet = rig.fleet;
        clusters.reachEtcdBy(fleet::removeEtcdMember);
        clusters.reachNodesBy(fleet::kubernetesOf);
    }

    private DesiredState found() throws Exception {
        declare();
        var founding = desired(FOUNDER, state -> has(state, Etcd.KIND));
        applies(FOUNDER, founding);
        kubernetes.registers(FOUNDER);
        kubernetes.answers = true;
        return desired(FOUNDER, state -> has(state, Etcd.KIND) && !etcd(state).bootstrap());
    }

    @Test
    void etcdIsFoundedOnceAcrossARestartOfTheServer() throws Exception {
        declare();
        var before = desired(FOUNDER, state -> has(state, Etcd.KIND));
        assertTrue(etcd(before).bootstrap());
        assertEquals(FOUNDER, status().bootstrapMachine());

        restartServer();
        // The other one is back first: it must not be taken for the founder.
        connect(SECOND);
        var second = desired(SECOND, state -> true);
        eventually(() -> status().nodes().size() == 3, () -> status().toString());
        connect(FOUNDER);
        var after = desired(FOUNDER, state -> has(state, Etcd.KIND));

        assertEquals(PREPARED, revisions(second).keySet());
        assertEquals(Map.of(), second.getSecretsMap());
        assertEquals(before.getDocumentsList(), after.getDocumentsList());
        assertEquals(before.getSecretsMap(), after.getSecretsMap());
        assertEquals(before.getRevision(), after.getRevision());
        assertEquals(FOUNDER, status().bootstrapMachine());
    }

    @Test
    void whoFoundedIsToldNeverToFoundAgain() throws Exception {
        var founded = found();

        assertEquals(List.of(), etcd(founded).members());
        assertEquals(2, revisions(founded).get(Etcd.KIND));
        assertEquals(1, revisions(founded).get("ControlPlane"));
        assertTrue(status().bootstrapped());
        restartServer();
        connect(FOUNDER);
        var again = desired(FOUNDER, state -> has(state, Etcd.KIND));
        assertEquals(etcd(founded), etcd(again));
        assertEquals(2, revisions(again).get(Etcd.KIND));
    }

    @Test
    void aWorkerJoinsWithATokenThatEndsWithTheJoining() throws Exception {
        found();
        var joining = desired(WORKER, state -> state.containsSecrets("bootstrap-token"));
        var token = joining.getSecretsOrThrow("bootstrap-token").toStringUtf8();

        assertEquals(token, kubernetes.tokens.get(WORKER));
        assertEquals(
                Set.of("bootstrap-token", "kubernetes-ca.crt"),
                joining.getSecretsMap().keySet());
        assertFalse(has(joining, Etcd.KIND) || has(joining, "ControlPlane"));
        applies(WORKER, joining);
        kubernetes.registers(WORKER);
        var joined = desired(WORKER, state -> !state.containsSecrets("bootstrap-token"));

        assertEquals(Map.of(), Map.copyOf(kubernetes.tokens));
        assertEquals(revisions(joining).get("Kubelet"), revisions(joined).get("Kubelet"));
        assertTrue(joined.getRevision() > joining.getRevision());
        eventually(() -> status().workersReady() == 1, () -> status().toString());
        eventually(
                () -> Map.of("node-role.kubernetes.io/worker", "").equals(kubernetes.labels.get(WORKER)),
                kubernetes.labels::toString);
    }

    @Test
    void aTokenThatIsGoneBeforeItWasUsedIsReplaced() throws Exception {
        found();
        var joining = desired(WORKER, state -> state.containsSecrets("bootstrap-token"));
        var token = joining.getSecretsOrThrow("bootstrap-token");

        kubernetes.endTokens(WORKER);
        // The node's word is what wakes the server.
        applies(WORKER, DesiredState.getDefaultInstance());
        var next = desired(
                WORKER,
                state -> state.containsSecrets("bootstrap-token")
                        && !state.getSecretsOrThrow("bootstrap-token").equals(token));

        assertEquals(
                kubernetes.tokens.get(WORKER),
                next.getSecretsOrThrow("bootstrap-token").toStringUtf8());
    }

    @Test
    void keysGoToControlPlanesOnlyAndAreNowhereElse() throws Exception {
        var founded = found();

        assertEquals(
                new TreeSet<>(Set.of(
                        "etcd-ca.crt",
                        "etcd-ca.key",
                        "front-proxy-ca.crt",
                        "front-proxy-ca.key",
                        "kubernetes-ca.crt",
                        "kubernetes-ca.key",
                        "service-account.key",
                        "service-account.pub")),
                new TreeSet<>(founded.getSecretsMap().keySet()));
        for (var kind : Kinds.all()) {
            for (var resource : rig.store.list(kind).items()) {
                assertFalse(ResourceJson.write(resource).toString().contains("PRIVATE"), resource::toString);
            }
        }
        assertEquals(
                PosixFilePermissions.fromString("rw-------"),
                Files.getPosixFilePermissions(directory.resolve("cluster.key")));
        try (var files = Files.list(directory)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("PRIVATE KEY"),
                        file::toString);
            }
        }
    }

    @Test
    void certificatesAreIssuedToTheMachinesOfTheInventoryOnly() throws Exception {
        found();
        kubernetes.requests.add(serving("right", FOUNDER, List.of(FOUNDER), List.of("127.0.0.1")));
        kubernetes.requests.add(serving("wrong-address", FOUNDER, List.of(FOUNDER), List.of("192.0.2.1")));
        kubernetes.requests.add(serving("stranger", "stranger", List.of("stranger"), List.of("127.0.0.1")));

        eventually(() -> kubernetes.decisions.size() == 3, kubernetes.decisions::toString);

        assertEquals("", kubernetes.decisions.get("right"));
        assertEquals(
                "the names are [node-1][192.0.2.1][], and the machine node-1 has the address 127.0.0.1",
                kubernetes.decisions.get("wrong-address"));
        assertEquals("there is no node stranger in the cluster", kubernetes.decisions.get("stranger"));
        eventually(
                () -> status().conditions().stream()
                        .anyMatch(condition -> condition.type().equals("CertificatesIssued")
                                && condition.reason().equals("Refused")),
                () -> status().toString());
    }

    private static KubeletRequest serving(String name, String node, List<String> names, List<String> addresses) {
        return new KubeletRequest(
                name,
                KubeletRequest.SERVING,
                "system:node:" + node,
                Set.of("system:nodes", "system:authenticated"),
                Set.of("digital signature", "server auth"),
                "system:node:" + node,
                List.of("system:nodes"),
                names,
                addresses,
                List.of());
    }

    @Test
    void withoutItsKeyFileTheServerSaysSoAndSendsNothing() throws Exception {
        found();
        rig.fleet.close();
        clusters.close();
        nodes.values().forEach(node -> {
            node.vanish();
            node.received.clear();
        });
        clusters = kubernetes.clusters(rig.inventory, directory.resolve("another.key"));
        rig.restart(clusters.desired());

        connect(FOUNDER);

        eventually(
                () -> status().conditions().stream()
                        .anyMatch(condition -> condition.type().equals("KeysAvailable")
                                && condition.message().endsWith("restore the file that belongs to this database")),
                () -> status().toString());
        eventually(() -> node(FOUNDER).received.stream().anyMatch(ServerMessage::hasWelcome), () -> "no welcome");
        node(FOUNDER).ended.clear();
        rig.fleet.close();
        // The end of the stream comes after everything that was sent on it.
        assertNotNull(node(FOUNDER).ended.poll(20, TimeUnit.SECONDS), "the stream did not end within 20 s");
        assertTrue(node(FOUNDER).received.stream().noneMatch(ServerMessage::hasDesired));
    }

    @Test
    void aDeletedClusterIsSavedFirstAndThenItsMachinesAreOrderedToLeave() throws Exception {
        var founded = found();
        var uid = rig.store.get(Kinds.CLUSTER, "lab").orElseThrow().metadata().uid();

        rig.store.delete(Kinds.CLUSTER, "lab", 0);

        var bare = desired(FOUNDER, state -> state.getDocumentsCount() == 0);
        assertEquals(Map.of(), bare.getSecretsMap());
        assertTrue(bare.getRevision() > founded.getRevision());
        assertEquals(Optional.empty(), rig.store.get(Kinds.CLUSTER, "lab"));
        try (var files = Files.list(directory.resolve("snapshots"))) {
            var names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertEquals(2, names.size(), names::toString);
            assertTrue(names.getFirst().matches("lab-deleted-\\d{8}T\\d{6}Z\\.db"), names::toString);
        }
        var order = bare.getOrders(0);
        assertEquals(
                LeaveCluster.newBuilder()
                        .setMachine(FOUNDER)
                        .setCluster("lab")
                        .setEtcdToken("lab-" + uid.substring(0, 8))
                        .setKubernetesCaSha256(sha256(founded.getSecretsOrThrow("kubernetes-ca.crt")))
                        .build(),
                order.getLeaveCluster());
        assertEquals(
                List.of(),
                desired(SECOND, state -> !has(state, "KubernetesBundle")).getOrdersList());

        // It is repeated until it is answered, and then never again.
        restartServer();
        connect(FOUNDER);
        assertEquals(List.of(order), desired(FOUNDER, state -> true).getOrdersList());
        answers(FOUNDER, order.getId(), OrderStatus.Outcome.OUTCOME_UNDERWAY);
        answers(FOUNDER, order.getId(), OrderStatus.Outcome.OUTCOME_DONE);
        desired(FOUNDER, state -> state.getOrdersCount() == 0);
        restartServer();
        connect(FOUNDER);
        assertEquals(List.of(), desired(FOUNDER, state -> true).getOrdersList());
    }

    private static String sha256(ByteString pem) throws Exception {
        var certificate = Pem.certificates(pem.toStringUtf8(), "the CA").getFirst();
        return Sha256.of(certificate.getEncoded());
    }

    private void answers(String name, String order, OrderStatus.Outcome outcome) {
        node(name)
                .say(NodeMessage.newBuilder()
                        .setStatus(NodeMessage.Status.newBuilder()
                                .addOrders(OrderStatus.newBuilder().setId(order).setOutcome(outcome))));
    }

    @Test
    void aClusterThatCannotBeSavedStaysUntilItsStateIsGivenUp() throws Exception {
        found();
        node(FOUNDER).etcd.saves = false;

        rig.store.delete(Kinds.CLUSTER, "lab", 0);

        eventually(
                () -> condition("StateSaved")
                        .startsWith(
                                "NoSnapshot: the cluster is deleted when the state of etcd is saved, and it cannot be:"
                                        + " node-1: UNAVAILABLE: no leader. Bring a control plane back whose member votes,"),
                () -> status().toString());
        // Round after round it is tried again, and until it succeeds nothing else is done.
        int refused = node(FOUNDER).etcd.refusedToSave.get();
        rig.store.update(
                Kinds.CLUSTER,
                "lab",
                found -> found.withMetadata(found.metadata().withAnnotations(Map.of("example.com/note", "again"))));
        eventually(
                () -> node(FOUNDER).etcd.refusedToSave.get() > refused,
                () -> node(FOUNDER).etcd.refusedToSave.toString());
        assertEquals("Deleting", status().phase());
        assertTrue(node(FOUNDER).received.stream()
                .noneMatch(
                        message -> message.hasDesired() && message.getDesired().getOrdersCount() > 0));
        rig.store.update(
                Kinds.CLUSTER,
                "lab",
                found -> found.withMetadata(
                        found.metadata().withAnnotations(Map.of("garboard.dev/delete-without-snapshot", "true"))));

        assertEquals(1, desired(FOUNDER, state -> !has(state, Etcd.KIND)).getOrdersCount());
        assertFalse(Files.exists(directory.resolve("snapshots")) && isAnySnapshot());
    }

    private boolean isAnySnapshot() throws IOException {
        try (var files = Files.list(directory.resolve("snapshots"))) {
            return files.findAny().isPresent();
        }
    }

    private String condition(String type) {
        return status().conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .map(condition -> condition.reason() + ": " + condition.message())
                .findFirst()
                .orElse("none");
    }

    /** The database was put back to one from before the cluster: nobody orders anything. */
    @Test
    void whatTheServerDoesNotKnowOfIsNotOrderedAway() throws Exception {
        var founded = found();
        rig.fleet.close();
        clusters.close();
        rig.inventory
                .store()
                .update(
                        Kinds.CLUSTER,
                        "lab",
                        found -> found.withMetadata(found.metadata().withFinalizers(List.of())));
        rig.store.delete(Kinds.CLUSTER, "lab", 0);
        nodes.values().forEach(node -> {
            node.vanish();
            node.received.clear();
        });
        clusters = kubernetes.clusters(rig.inventory, directory.resolve("cluster.key"));
        rig.restart(clusters.desired());
        reachNodes();
        connect(FOUNDER);

        var bare = desired(FOUNDER, state -> true);

        assertEquals(List.of(), bare.getDocumentsList());
        assertEquals(List.of(), bare.getOrdersList());
        keeps(FOUNDER, founded);
        eventually(
                () -> rig.store.get(Kinds.MACHINE, FOUNDER).orElseThrow().status().conditions().stream()
                        .anyMatch(condition -> condition.type().equals("DocumentsDeclared")
                                && condition.status().equals("False")
                                && condition.message().contains("ControlPlane, Etcd")),
                () -> "no condition");
        declare();
        eventually(
                () -> status().node(FOUNDER)
                        .filter(node -> node.message().startsWith("the machine keeps "))
                        .isPresent(),
                () -> status().toString());
        // Nor does it tell the node to keep nothing: what it says of a waiting node has no order in it.
        assertTrue(node(FOUNDER).received.stream()
                .noneMatch(
                        message -> message.hasDesired() && message.getDesired().getOrdersCount() > 0));
    }

    private void keeps(String name, DesiredState state) {
        var said = NodeMessage.Status.newBuilder();
        state.getDocumentsList().stream()
                .sorted(Comparator.comparing(ServerMessage.Document::getKind))
                .forEach(document -> said.addDocuments(NodeMessage.DocumentStatus.newBuilder()
                        .setKind(document.getKind())
                        .setName(document.getName())
                        .setAppliedRevision(document.getRevision())
                        .setMessage("kept")
                        .setKept(true)));
        node(name).say(NodeMessage.newBuilder().setStatus(said));
    }

    /** Told first, then its member, then the node, and the order last. */
    @Test
    void aControlPlaneLeavesInOrder() throws Exception {
        var members = new CopyOnWriteArrayList<>(List.of(FOUNDER, SECOND));
        for (var node : nodes.values()) {
            node.etcd.members = members;
            node.etcd.done = kubernetes.done;
        }
        found();
        applies(SECOND, desired(SECOND, state -> has(state, Etcd.KIND)));
        kubernetes.registers(SECOND);
        applies(FOUNDER, desired(FOUNDER, state -> etcdText(state).contains("\"name\":\"" + SECOND)));
        applies(SECOND, desired(SECOND, state -> has(state, Etcd.KIND)));
        eventually(() -> status().controlPlanesReady() == 2, () -> status().toString());

        label(SECOND, "spare");
        var leaving = desired(SECOND, state -> etcdText(state).contains("\"leaving\":true"));
        eventually(
                () -> message(SECOND).contains("it was not told yet that its member of etcd leaves"),
                () -> status().toString());
        assertEquals(List.of(), kubernetes.done);
        node(FOUNDER).etcd.stuck.add(SECOND);
        applies(FOUNDER, desired(FOUNDER, state -> etcdText(state).contains("\"members\":[]")));
        applies(SECOND, leaving);
        eventually(
                () -> message(SECOND).contains("its member is still in etcd: node-1: Status{code=FAILED_PRECONDITION"),
                () -> status().toString());
        assertEquals(List.of(), kubernetes.done);
        assertTrue(kubernetes.nodes().containsKey(SECOND));
        node(FOUNDER).etcd.stuck.clear();

        var left = desired(SECOND, state -> state.getOrdersCount() > 0);

        assertEquals(List.of("member node-2", "node node-2"), List.copyOf(kubernetes.done));
        assertEquals(List.of(), left.getDocumentsList());
        assertEquals(Optional.empty(), status().node(SECOND));
        label(SECOND, "control-plane");
        eventually(
                () -> message(SECOND)
                        .equals("the machine was ordered to leave a cluster and has not said yet that it did"),
                () -> status().toString());
        answers(SECOND, left.getOrders(0).getId(), OrderStatus.Outcome.OUTCOME_DONE);
        applies(FOUNDER, desired(FOUNDER, state -> true));
        assertTrue(etcdText(desired(SECOND, state -> has(state, Etcd.KIND))).contains("\"bootstrap\":false"));
    }

    /** Not as a node reads it: here all of them have the address of this host, which a node would refuse. */
    private static String etcdText(DesiredState state) {
        return state.getDocumentsList().stream()
                .filter(document -> document.getKind().equals(Etcd.KIND))
                .map(document -> document.getContent().toStringUtf8())
                .findFirst()
                .orElse("");
    }

    private String message(String machine) {
        return status().node(machine).map(ClusterStatus.Node::message).orElse("");
    }

    @Test
    void aMemberWithoutAMachineIsNamedWithWhatTakesItOut() throws Exception {
        node(FOUNDER).etcd.members.addAll(List.of(FOUNDER, "gone"));

        found();

        eventually(
                () -> condition("EtcdMembersKnown")
                        .equals(
                                "MemberWithoutMachine: etcd counts members that are no machine of this cluster: member-gone"
                                        + " (gone); take out what will not come back: garboard cluster etcd remove-member lab"
                                        + " member-gone"),
                () -> status().toString());
        assertTrue(condition("EtcdQuorum").startsWith("Lost: 1 of 2 members are there"), () -> condition("EtcdQuorum"));
    }

    @Test
    void aWorkerThatIsNoLongerSelectedIsEmptiedAndLosesItsDocuments() throws Exception {
        found();
        var joining = desired(WORKER, state -> state.containsSecrets("bootstrap-token"));
        applies(WORKER, joining);
        kubernetes.registers(WORKER);
        eventually(() -> status().workersReady() == 1, () -> status().toString());

        kubernetes.budgets.put(WORKER, "default/web-1 may not go now: its budget");
        label(WORKER, "spare");
        eventually(
                () -> status().node(WORKER)
                        .orElseThrow()
                        .message()
                        .contains("default/web-1 may not go now: its budget"),
                () -> status().toString());
        kubernetes.budgets.clear();

        assertEquals(1, desired(WORKER, state -> state.getDocumentsCount() == 0).getOrdersCount());
        assertEquals(
                1,
                status().nodes().stream()
                        .filter(node -> node.role() == ClusterStatus.Role.CONTROL_PLANE
                                && node.stage() == ClusterStatus.Stage.MEMBER)
                        .count());
        assertFalse(kubernetes.nodes().containsKey(WORKER));
    }
}
