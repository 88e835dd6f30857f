package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.LeaveCluster;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.ClusterSecrets;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that knows a former cluster of the same machines, and the nodes of the one that lives. */
class ClusterGateTest {

    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");
    private static final ClusterKeys LIVING = ClusterKeys.create("lab", NOW);
    private static final ClusterKeys FORMER = ClusterKeys.create("lab", NOW);

    private final List<String> done = new ArrayList<>();
    private final Node node = new Node();

    @TempDir
    private Path directory;

    private DocumentEngine engine;

    @BeforeEach
    void start() {
        engine = engine();
    }

    @Test
    void aControlPlaneRefusesEveryDocumentOfAnotherCluster() throws Exception {
        want(LIVING, programs(1), etcd("lab-1", 1), document("ControlPlane", 1), document("Kubelet", 1));
        done.clear();

        want(FORMER, programs(2), etcd("lab-2", 2), document("ControlPlane", 2), document("Kubelet", 2));

        assertEquals(List.of(), done);
        assertEquals(List.of("ControlPlane", "Etcd", "Kubelet", "KubernetesBundle"), failed());
        var why = engine.statuses().getFirst().getMessage();
        assertTrue(
                why.contains("another cluster (etcd token \"lab-1\", Kubernetes CA with the SHA-256 " + print(LIVING)),
                why);
        assertTrue(
                why.contains("declares (etcd token \"lab-2\", Kubernetes CA with the SHA-256 " + print(FORMER)), why);
        assertTrue(
                why.contains("Put the newer one back") && why.contains("garboard node MACHINE reset --disk DISK"), why);
    }

    /** The revisions of a database that is an older copy may be the same numbers. */
    @Test
    void whatHoldsOfTheOneClusterIsNotToldAsAppliedOfTheOther() throws Exception {
        want(LIVING, etcd("lab-1", 1));

        want(FORMER, etcd("lab-2", 1));

        var status = engine.statuses().getFirst();
        assertEquals(
                List.of(1L, 0L, 1L),
                List.of(status.getDesiredRevision(), status.getAppliedRevision(), status.getFailedRevision()));
    }

    @Test
    void itGoesOnWithItsOwnClusterWhenThatIsDeclaredAgain() throws Exception {
        want(LIVING, programs(1), etcd("lab-1", 1));
        want(FORMER, programs(2), etcd("lab-2", 2));
        done.clear();

        want(LIVING, programs(1), etcd("lab-1", 1));

        assertEquals(List.of("apply KubernetesBundle", "apply Etcd"), done);
        assertEquals(List.of(), failed());
    }

    @Test
    void aFullDiskKeepsNoNodeFromTheClusterThatItIsIn() throws Exception {
        node.held = new ClusterIdentity("lab-1", "");
        node.full = true;

        want(LIVING, programs(1), etcd("lab-1", 1));

        assertEquals(List.of("apply KubernetesBundle", "apply Etcd"), done);
    }

    @Test
    void nothingOfAClusterBeginsWhereItCannotBeNoted() throws Exception {
        node.full = true;

        want(LIVING, programs(1), etcd("lab-1", 1));

        assertEquals(List.of(), done);
    }

    @Test
    void aWorkerIsNotMovedToAnotherCa() throws Exception {
        want(LIVING, programs(1), document("Kubelet", 1));
        done.clear();

        want(FORMER, programs(1), document("Kubelet", 2));

        assertEquals(List.of(), done);
        assertEquals(List.of("Kubelet", "KubernetesBundle"), failed());
    }

    /** After a start its note is gone with a disk of an earlier version, and its kubelet's certificate is not. */
    @Test
    void aWorkerIsKnownByItsKubeletsCertificateWhereNothingElseTells() throws Exception {
        node.kubelet = LIVING.kubernetes().certificate();

        want(FORMER, document("Kubelet", 1));
        assertEquals(List.of(), done);
        assertTrue(engine.statuses().getFirst().getMessage().contains("its certificate is of"));

        want(LIVING, document("Kubelet", 2));
        assertEquals(List.of("apply Kubelet"), done);
        assertEquals(print(LIVING), node.held.kubernetesCa());
    }

    /** Who waits for a part gets programs only; they would end those that run. */
    @Test
    void theProgramsForAWaitingNodeAreRefusedWhereAClusterLives() throws Exception {
        want(LIVING, programs(1), etcd("lab-1", 1));
        done.clear();

        want(null, programs(2));

        assertEquals(List.of(), done);
        assertEquals(List.of("KubernetesBundle"), failed());
    }

    @Test
    void theProgramsForAWaitingNodeAreFetchedWhereNoneDoes() throws Exception {
        want(null, programs(1));

        assertEquals(List.of("apply KubernetesBundle"), done);
        assertEquals(ClusterIdentity.NONE, node.held);
    }

    @Test
    void theNoteIsMadeBeforeAnythingOfTheClusterIsWritten() throws Exception {
        want(LIVING, programs(1), etcd("lab-1", 1));

        assertEquals(List.of("join lab-1", "apply KubernetesBundle", "apply Etcd"), node.story);
    }

    /** On it lies what another cluster has here. */
    @Test
    void theDiskIsMountedBeforeItIsDecided() throws Exception {
        node.onDisk = new ClusterIdentity("lab-1", print(LIVING));

        want(FORMER, document("StateDisk", 1), programs(1), etcd("lab-2", 1));

        assertEquals(List.of("apply StateDisk"), done);
        assertEquals(List.of("Etcd", "KubernetesBundle"), failed());
    }

    /** A bundle that was staged for the cluster that lives is of use to no other; yet nobody says that it may go. */
    @Test
    void nothingIsTakenBackForAnotherClusterWhileTheDiskIsNotThere() throws Exception {
        want(LIVING, programs(1), etcd("lab-1", 1), document("StagedBundle", 1));
        done.clear();
        node.disk = new DocumentPendingException("waits for the disk");

        want(FORMER, document("StateDisk", 1), programs(2), etcd("lab-2", 2));

        assertEquals(List.of(), done);
        assertEquals(List.of("Etcd", "KubernetesBundle"), failed());
        want(LIVING, document("StateDisk", 1), programs(1), etcd("lab-1", 1));
        assertEquals(List.of("remove StagedBundle"), done);
    }

    /** It would be written to memory, and hidden by the disk that comes. */
    @Test
    void theNoteIsNotMadeWhileTheDiskIsNotThere() throws Exception {
        node.disk = new IllegalStateException("damaged");
        want(LIVING, document("StateDisk", 1), programs(1), etcd("lab-1", 1));
        assertEquals(ClusterIdentity.NONE, node.held);

        node.disk = null;
        engine.convergeOnce();

        assertEquals(List.of("apply StateDisk", "join lab-1", "apply KubernetesBundle", "apply Etcd"), node.story);
    }

    @Test
    void afterAnOrderToLeaveAnotherClusterIsWelcome() throws Exception {
        want(LIVING, programs(1), etcd("lab-1", 1), document("Kubelet", 1));
        engine.want(List.of(), Map.of(), List.of(order("lab-1", print(LIVING))));
        engine.convergeOnce();
        done.clear();

        want(FORMER, programs(2), etcd("lab-2", 2), document("Kubelet", 2));

        assertEquals(List.of("apply KubernetesBundle", "apply Etcd", "apply Kubelet"), done);
        assertEquals(List.of(), failed());
    }

    /** A worker that was off: nothing in its memory tells what lies on its disk. */
    @Test
    void anOrderAfterARestartTakesAWorkersPartBack() throws Exception {
        want(LIVING, programs(1), document("Kubelet", 1));
        engine = engine();
        done.clear();

        engine.want(List.of(), Map.of(), List.of(order("lab-1", print(LIVING))));
        engine.convergeOnce();

        assertTrue(done.contains("remove Kubelet"), done::toString);
        assertEquals(ClusterIdentity.NONE, node.held);
    }

    @Test
    void aNoteThatCannotBeReadLetsNothingThrough() throws Exception {
        node.unreadable = true;

        want(LIVING, etcd("lab-1", 1));

        assertEquals(List.of(), done);
        assertTrue(engine.statuses().getFirst().getMessage().contains("damaged note"));
    }

    /** What nobody declares is no other cluster's. */
    @Test
    void whereNothingIsDeclaredNothingIsRefused() throws Exception {
        node.held = new ClusterIdentity("lab-1", print(LIVING));

        engine.want(List.of(), Map.of());

        assertEquals(DocumentEngine.Outcome.SETTLED, engine.convergeOnce());
    }

    /** The kubelet gets a certificate of its own CA when that is changed; until then it has the former one. */
    @Test
    void aKubeletsCertificateSaysNothingWhereTheCaIsKnown() throws Exception {
        node.held = new ClusterIdentity("lab-1", print(LIVING));
        node.kubelet = FORMER.kubernetes().certificate();

        want(LIVING, document("Kubelet", 1));

        assertEquals(List.of("apply Kubelet"), done);
    }

    @Test
    void aDocumentOrAnAuthorityThatCannotBeReadLetsNothingThrough() throws Exception {
        want(LIVING, document("Etcd", 1));
        assertEquals(List.of("Etcd"), failed());
        assertTrue(engine.statuses()
                .getFirst()
                .getMessage()
                .startsWith(
                        "which cluster this node has a part in, or which one the server declares, cannot be read: "));

        engine.want(
                List.of(etcd("lab-1", 2)),
                Map.of(ClusterSecrets.KUBERNETES_CA_CERTIFICATE, ByteString.copyFromUtf8("no certificate")));
        assertEquals(DocumentEngine.Outcome.FAILED, engine.convergeOnce());
        assertEquals(List.of(), done);
        assertEquals(List.of(), node.story);
    }

    @Test
    void theProgramsForAWaitingNodeAreNamedInTheRefusal() {
        var held = new ClusterIdentity("lab-1", "");

        assertTrue(ClusterGate.refusal(held, ClusterIdentity.NONE, Optional.empty(), "KubernetesBundle, StagedBundle")
                .orElse("")
                .startsWith("this node has a part in a cluster (etcd token \"lab-1\"), and the server declares"
                        + " KubernetesBundle, StagedBundle of one that has none. Nothing of it was done."));
        assertEquals(
                Optional.empty(), ClusterGate.refusal(held, new ClusterIdentity("", "ca-1"), Optional.empty(), "Etcd"));
        assertEquals(
                Optional.empty(),
                ClusterGate.refusal(ClusterIdentity.NONE, ClusterIdentity.NONE, Optional.empty(), "Etcd"));
    }

    @Test
    void kindsAreNamedOnceInTheOrderOfTheirNames() throws Exception {
        node.held = new ClusterIdentity("lab-1", "");

        want(
                null,
                document("StagedBundle", 1),
                document("KubernetesBundle", 1),
                document("KubernetesBundle", 1).toBuilder().setName("other").build());

        assertTrue(engine.statuses()
                .getFirst()
                .getMessage()
                .contains("the server declares KubernetesBundle, StagedBundle of one that has none"));
    }

    private DocumentEngine engine() {
        var appliers = Stream.of("StateDisk", "KubernetesBundle", "StagedBundle", "Etcd", "ControlPlane", "Kubelet")
                .<DocumentApplier>map(Recorder::new)
                .toList();
        return new DocumentEngine(
                new ServiceTable().add("documents of a test", ""),
                appliers,
                new LeaveOrders(() -> "m1", node, directory.resolve("orders")),
                new Random(1),
                () -> {});
    }

    private void want(@Nullable ClusterKeys keys, Document... documents) throws InterruptedException {
        Map<String, ByteString> secrets = keys == null
                ? Map.of()
                : Map.of(
                        ClusterSecrets.KUBERNETES_CA_CERTIFICATE,
                        ByteString.copyFromUtf8(keys.kubernetes().certificatePem()));
        engine.want(List.of(documents), secrets);
        engine.convergeOnce();
    }

    /** The kinds of the documents that failed. */
    private List<String> failed() {
        return engine.statuses().stream()
                .filter(status -> status.getFailedRevision() > 0)
                .map(DocumentStatus::getKind)
                .toList();
    }

    private static Document programs(long revision) {
        return document("KubernetesBundle", revision);
    }

    private static Document document(String kind, long revision) {
        return Document.newBuilder()
                .setKind(kind)
                .setName("default")
                .setRevision(revision)
                .build();
    }

    private static Document etcd(String token, long revision) {
        var document = new Etcd("m1", Cidr.address("192.0.2.1"), true, List.of(), token);
        return document(Etcd.KIND, revision).toBuilder()
                .setContent(ByteString.copyFrom(Documents.render(document)))
                .build();
    }

    private static Order order(String token, String ca) {
        return Order.newBuilder()
                .setId("o1")
                .setLeaveCluster(LeaveCluster.newBuilder()
                        .setMachine("m1")
                        .setCluster("lab")
                        .setEtcdToken(token)
                        .setKubernetesCaSha256(ca))
                .build();
    }

    private static String print(ClusterKeys keys) {
        try {
            return Sha256.of(keys.kubernetes().certificate().getEncoded());
        } catch (CertificateEncodingException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static final class Node implements ClusterMembership {

        private final List<String> story = new ArrayList<>();
        private ClusterIdentity held = ClusterIdentity.NONE;
        private ClusterIdentity onDisk = ClusterIdentity.NONE;
        private @Nullable X509Certificate kubelet;
        private @Nullable RuntimeException disk;
        private boolean unreadable;
        private boolean full;

        @Override
        public ClusterIdentity held() throws IOException {
            if (unreadable) {
                throw new IOException("a damaged note");
            }
            return held;
        }

        @Override
        public Optional<String> kubeletOfOtherThan(X509Certificate ca) {
            return Optional.ofNullable(kubelet).filter(own -> !own.equals(ca)).map(own -> "another");
        }

        @Override
        public boolean hasState() {
            return !held.isNone();
        }

        @Override
        public void join(ClusterIdentity cluster) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            held = cluster;
            story.add("join " + cluster.etcdToken());
        }

        @Override
        public void leave() {
            held = ClusterIdentity.NONE;
        }
    }

    private final class Recorder implements DocumentApplier {

        private final String kind;

        Recorder(String kind) {
            this.kind = kind;
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public boolean ofCluster() {
            return !isDisk();
        }

        @Override
        public boolean comesFirst() {
            return isDisk();
        }

        private boolean isDisk() {
            return kind.equals("StateDisk");
        }

        @Override
        public Absence whenAbsent() {
            return kind.equals("StagedBundle")
                    ? Absence.TAKEN_BACK
                    : isDisk() || kind.equals("KubernetesBundle") ? Absence.KEPT_FOR_OTHERS : Absence.KEPT;
        }

        @Override
        public void apply(DocumentInput input) {
            if (isDisk() && node.disk != null) {
                throw node.disk;
            }
            if (isDisk()) {
                node.held = node.onDisk.or(node.held);
            }
            done.add("apply " + kind);
            node.story.add("apply " + kind);
        }

        @Override
        public void remove(String name) {
            done.add("remove " + kind);
        }
    }
}
