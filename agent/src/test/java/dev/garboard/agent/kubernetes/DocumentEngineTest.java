package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.LeaveCluster;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentEngineTest {

    private final List<String> done = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private final Recorder first = new Recorder("First", "");
    private final Recorder second = new Recorder("Second", "key");
    private final Node node = new Node();

    @TempDir
    private Path directory;

    private DocumentEngine engine;

    @BeforeEach
    void start() {
        engine = engine();
    }

    /** As after a start of the machine: what lies on the disk is the same. */
    private DocumentEngine engine() {
        return new DocumentEngine(
                new ServiceTable().add("documents of a test", ""),
                List.of(first, second),
                new LeaveOrders(() -> "m1", node, directory.resolve("orders")),
                new Random(1),
                () -> {});
    }

    @Test
    void looksAgainATenthLaterThanItCould() {
        assertEquals(Duration.ofMillis(100), DocumentEngine.lookAgain(Duration.ZERO));
        assertEquals(Duration.ofMillis(100), DocumentEngine.lookAgain(Duration.ofSeconds(1)));
        assertEquals(Duration.ofMillis(500), DocumentEngine.lookAgain(Duration.ofSeconds(5)));
        assertEquals(Duration.ofSeconds(2), DocumentEngine.lookAgain(Duration.ofHours(1)));
    }

    @Test
    void appliesInTheOrderOfTheKindsAndRemovesTheOtherWayRound() throws Exception {
        want(Map.of(), document("Second", "b", 1), document("First", "a", 1), document("Second", "a", 1));
        want(Map.of());

        assertEquals(
                List.of(
                        "apply First/a",
                        "apply Second/a",
                        "apply Second/b",
                        "remove Second/b",
                        "remove Second/a",
                        "remove First/a"),
                done);
        assertEquals(List.of(), engine.statuses());
    }

    @Test
    void leavesAloneWhatHasNotChanged() throws Exception {
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of(), document("First", "a", 1), document("Second", "a", 2));

        assertEquals(List.of("apply Second/a"), done);
    }

    /** What the later ones write would be hidden by a disk that is mounted afterwards. */
    @Test
    void whatComesFirstHoldsTheOthersUntilItIsThere() throws Exception {
        first.comesFirst = true;
        first.failure = new DocumentPendingException("waits for a disk");
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        assertEquals(List.of(), done);

        first.failure = null;
        engine.convergeOnce();

        assertEquals(List.of("apply First/a", "apply Second/a"), done);
    }

    @Test
    void whatComesFirstAndIsTooLateHoldsNobody() throws Exception {
        first.failure = new IllegalStateException("restart the machine");

        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));

        assertEquals(List.of("apply Second/a"), done);
    }

    @Test
    void appliesAgainWhatSomebodyAsksFor() throws Exception {
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        engine.again(List.of("Second"));
        engine.convergeOnce();
        engine.convergeOnce();

        assertEquals(List.of("apply Second/a"), done);
    }

    @Test
    void appliesAgainWhatComesAfterAChange() throws Exception {
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of(), document("First", "a", 2), document("Second", "a", 1));

        assertEquals(List.of("apply First/a", "apply Second/a"), done);
    }

    @Test
    void appliesAgainWhenASecretThatWasAskedForChanges() throws Exception {
        want(Map.of("key", "old", "other", "old"), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of("key", "old", "other", "new"), document("First", "a", 1), document("Second", "a", 1));
        want(Map.of("key", "new", "other", "new"), document("First", "a", 1), document("Second", "a", 1));

        assertEquals(List.of("apply Second/a"), done);
        assertEquals(List.of("old", "new"), seen);
    }

    @Test
    void tellsWhichRevisionHoldsAndWhichFailedAndWhy() throws Exception {
        want(Map.of(), document("First", "a", 3));
        first.failure = new IllegalStateException("the disk is full");

        want(Map.of(), document("First", "a", 4));

        assertEquals(List.of(status("First", "a", 4, 3, 4, "the disk is full")), engine.statuses());
    }

    @Test
    void aDocumentThatWaitsHasNotFailed() throws Exception {
        first.failure = new DocumentPendingException("no bundle yet");

        want(Map.of(), document("First", "a", 3));

        assertEquals(List.of(status("First", "a", 3, 0, 0, "no bundle yet")), engine.statuses());
    }

    @Test
    void aRemovalThatFailedStaysVisibleUntilItWorks() throws Exception {
        want(Map.of(), document("First", "a", 3));
        first.failure = new IllegalStateException("busy");
        want(Map.of());
        assertEquals(List.of(status("First", "a", 0, 3, 3, "busy")), engine.statuses());

        first.failure = null;
        want(Map.of());

        assertEquals(List.of(), engine.statuses());
    }

    @Test
    void refusesAnUnknownKindByNameAndAppliesTheRest() throws Exception {
        want(Map.of(), document("Third", "a", 1), document("First", "a", 1));

        assertEquals(
                List.of(
                        status("First", "a", 1, 1, 0, ""),
                        status(
                                "Third",
                                "a",
                                1,
                                0,
                                1,
                                "this agent has no documents of the kind Third; it knows First, Second")),
                engine.statuses());
    }

    /** As when the server's database was put back to one from before the cluster. */
    @Test
    void whatKeepsStateStaysWhenItIsAbsentWithoutAnOrder() throws Exception {
        first.absence = Absence.KEPT_FOR_OTHERS;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "a", 1), document("Second", "a", 2));
        done.clear();

        want(Map.of());
        want(Map.of());

        assertEquals(List.of(), done);
        assertEquals(List.of(kept("First", "a", 1), kept("Second", "a", 2)), engine.statuses());
        want(Map.of(), document("First", "a", 1), document("Second", "a", 2));
        assertEquals(List.of(status("First", "a", 1, 1, 0, ""), status("Second", "a", 2, 2, 0, "")), engine.statuses());
    }

    @Test
    void whatOthersStandOnGoesWhenNothingStandsOnIt() throws Exception {
        first.absence = Absence.KEPT_FOR_OTHERS;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "a", 1));
        done.clear();

        want(Map.of());

        assertEquals(List.of("remove First/a"), done);
    }

    @Test
    void whatOthersStandOnStaysUnderWhatIsDeclared() throws Exception {
        first.absence = Absence.KEPT_FOR_OTHERS;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of(), document("Second", "a", 1));

        assertEquals(List.of(), done);
        assertEquals(kept("First", "a", 1), engine.statuses().getFirst());
    }

    @Test
    void anOrderTakesBackEverythingTheLastKindFirst() throws Exception {
        first.absence = Absence.KEPT_FOR_OTHERS;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        order(order("o1", "m1", "lab-1", "ca-1"));

        assertEquals(List.of("remove Second/a", "remove First/a"), done);
        assertEquals(List.of(), engine.statuses());
        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
    }

    /** A database that is an older copy says again what was done long ago; the node may be a member anew. */
    @Test
    void anOrderIsCarriedOutOnceAlsoAcrossARestart() throws Exception {
        second.absence = Absence.KEPT;
        want(Map.of(), document("Second", "a", 1));
        order(order("o1", "m1", "lab-1", "ca-1"));
        engine = engine();
        want(Map.of(), document("Second", "a", 1));
        done.clear();

        order(order("o1", "m1", "lab-1", "ca-1"));

        assertEquals(List.of(), done);
        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
        assertEquals(List.of(kept("Second", "a", 1)), engine.statuses());
    }

    @Test
    void anOrderForAnotherMachineOrClusterIsRefused() throws Exception {
        second.absence = Absence.KEPT;
        want(Map.of(), document("Second", "a", 1));
        done.clear();
        node.held = new ClusterIdentity("lab-1", "ca-1");

        order(
                order("o1", "m2", "lab-1", "ca-1"),
                order("o2", "m1", "lab-2", "ca-1"),
                order("o3", "m1", "lab-1", "ca-2"),
                Order.newBuilder().setId("o4").build());

        assertEquals(List.of(), done);
        assertEquals(
                List.of(
                        "it is for the machine \"m2\", and this is \"m1\"",
                        "it is about the cluster \"lab-2\", and this node is of \"lab-1\"",
                        "it is about the cluster whose CA has the SHA-256 ca-2, and the CA that this node trusts has ca-1",
                        "this agent does not know what it orders; boot a newer image"),
                engine.orderStatuses().stream().map(OrderStatus::getMessage).toList());
        assertEquals(
                List.of(OrderStatus.Outcome.OUTCOME_REFUSED),
                engine.orderStatuses().stream()
                        .map(OrderStatus::getOutcome)
                        .distinct()
                        .toList());
    }

    @Test
    void anOrderBesideWhatItEndsIsRefused() throws Exception {
        second.absence = Absence.KEPT;
        want(Map.of(), document("Second", "a", 1));
        done.clear();

        engine.want(List.of(document("Second", "a", 1)), Map.of(), List.of(order("o1", "m1", "lab-1", "ca-1")));
        engine.convergeOnce();

        assertEquals(List.of(), done);
        assertEquals(
                OrderStatus.Outcome.OUTCOME_REFUSED,
                engine.orderStatuses().getFirst().getOutcome());
    }

    /** The disk was checked meanwhile: what the pass began with is not what the order came with. */
    @Test
    void anOrderIsNotHeldAgainstDocumentsThatAreOlder() throws Exception {
        first.comesFirst = true;
        second.absence = Absence.KEPT;
        node.held = new ClusterIdentity("lab-1", "ca-1");
        var disk = document("First", "disk", 1);
        first.meanwhile = () -> engine.want(List.of(disk), Map.of(), List.of(order("o1", "m1", "lab-1", "ca-1")));
        engine.want(List.of(disk, document("Second", "a", 1)), Map.of(), List.of(order("o0", "m2", "lab-1", "ca-1")));

        engine.convergeOnce();
        engine.convergeOnce();

        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
        assertEquals(1, node.left);
    }

    @Test
    void anOrderThatIsTakenBackBeforeItIsBegunIsNotCarriedOut() throws Exception {
        first.comesFirst = true;
        second.absence = Absence.KEPT;
        node.held = new ClusterIdentity("lab-1", "ca-1");
        var disk = document("First", "disk", 1);
        first.meanwhile = () -> engine.want(List.of(disk), Map.of(), List.of());
        engine.want(List.of(disk), Map.of(), List.of(order("o1", "m1", "lab-1", "ca-1")));

        engine.convergeOnce();
        engine.convergeOnce();

        assertEquals(List.of(), engine.orderStatuses());
        assertEquals(0, node.left);
        assertEquals(List.of("apply First/disk"), done);
    }

    /** The machine was off when it was ordered to leave; its disk is mounted before anything is decided. */
    @Test
    void anOrderFindsWhatAnEarlierBootLeftOnTheDisk() throws Exception {
        first.comesFirst = true;
        second.absence = Absence.KEPT;
        node.held = new ClusterIdentity("lab-1", "");
        first.failure = new DocumentPendingException("waits for the disk");
        engine.want(List.of(document("First", "disk", 1)), Map.of(), List.of(order("o1", "m1", "lab-1", "ca-1")));
        engine.convergeOnce();
        assertEquals(List.of(), done);
        assertEquals(List.of(), engine.orderStatuses());

        first.failure = null;
        engine.convergeOnce();

        assertEquals(List.of("apply First/disk", "remove Second/default"), done);
        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
        assertEquals(1, node.left);
    }

    /** The note lies on the disk: once that is unmounted, nobody can forget it. */
    @Test
    void theClusterIsForgottenBeforeTheDiskIsLetGo() throws Exception {
        first.comesFirst = true;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "disk", 1), document("Second", "a", 1));
        done.clear();

        order(order("o1", "m1", "lab-1", "ca-1"));

        assertEquals(List.of("remove Second/a", "remove First/disk"), done);
        assertEquals(List.of("remove Second/a"), node.leftAfter);
        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
    }

    @Test
    void aDiskThatIsStillBusyBringsNoClusterBack() throws Exception {
        first.comesFirst = true;
        first.absence = Absence.KEPT_FOR_OTHERS;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "disk", 1), document("Second", "a", 1));
        node.held = new ClusterIdentity("lab-1", "ca-1");
        first.failure = new DocumentPendingException("the disk is used");

        order(order("o1", "m1", "lab-1", "ca-1"));
        engine.convergeOnce();

        assertEquals(ClusterIdentity.NONE, node.held);
        assertEquals(1, node.left);
        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
        assertEquals(List.of(status("First", "disk", 0, 1, 1, "the disk is used")), engine.statuses());
        first.failure = null;
        engine.convergeOnce();
        assertEquals(List.of(), engine.statuses());
    }

    @Test
    void whatIsNotTakenBackYetKeepsTheDisk() throws Exception {
        first.comesFirst = true;
        second.absence = Absence.KEPT;
        want(Map.of(), document("First", "disk", 1), document("Second", "a", 1));
        done.clear();
        second.failure = new DocumentPendingException("pods end");

        order(order("o1", "m1", "lab-1", "ca-1"));

        assertEquals(List.of(), done);
        assertEquals(0, node.left);
    }

    @Test
    void anOrderIsUnderwayUntilEverythingIsTakenBack() throws Exception {
        second.absence = Absence.KEPT;
        want(Map.of(), document("Second", "a", 1));
        second.failure = new DocumentPendingException("pods end");
        order(order("o1", "m1", "lab-1", "ca-1"));
        assertEquals(
                OrderStatus.Outcome.OUTCOME_UNDERWAY,
                engine.orderStatuses().getFirst().getOutcome());
        assertEquals(0, node.left);

        second.failure = null;
        engine.convergeOnce();

        assertEquals(List.of(answer("o1", OrderStatus.Outcome.OUTCOME_DONE)), engine.orderStatuses());
    }

    /** A server with an older copy of its database counts again from a lower number. */
    @Test
    void anotherContentUnderTheSameNumberIsApplied() throws Exception {
        want(Map.of(), document("First", "a", 3));
        done.clear();

        want(
                Map.of(),
                document("First", "a", 3).toBuilder()
                        .setContent(ByteString.copyFromUtf8("other"))
                        .build());

        assertEquals(List.of("apply First/a"), done);
    }

    private void order(Order... orders) throws InterruptedException {
        engine.want(List.of(), Map.of(), List.of(orders));
        engine.convergeOnce();
    }

    private static Order order(String id, String machine, String token, String ca) {
        return Order.newBuilder()
                .setId(id)
                .setLeaveCluster(LeaveCluster.newBuilder()
                        .setMachine(machine)
                        .setCluster("lab")
                        .setEtcdToken(token)
                        .setKubernetesCaSha256(ca))
                .build();
    }

    private static OrderStatus answer(String id, OrderStatus.Outcome outcome) {
        return OrderStatus.newBuilder().setId(id).setOutcome(outcome).build();
    }

    private static DocumentStatus kept(String kind, String name, long applied) {
        return status(kind, name, 0, applied, 0, DocumentProgress.KEPT).toBuilder()
                .setKept(true)
                .build();
    }

    private final class Node implements ClusterMembership {

        private ClusterIdentity held = ClusterIdentity.NONE;
        private int left;
        private List<String> leftAfter = List.of();

        @Override
        public ClusterIdentity held() {
            return held;
        }

        @Override
        public Optional<String> kubeletOfOtherThan(X509Certificate ca) {
            return Optional.empty();
        }

        @Override
        public boolean hasState() {
            return !held.isNone();
        }

        @Override
        public void join(ClusterIdentity cluster) {
            held = cluster;
        }

        @Override
        public void leave() {
            held = ClusterIdentity.NONE;
            left++;
            leftAfter = List.copyOf(done);
        }
    }

    /** Hands the state over and makes one pass, as the engine's thread would. */
    private void want(Map<String, String> secrets, Document... documents) throws InterruptedException {
        var bytes = new HashMap<String, ByteString>();
        secrets.forEach((name, value) -> bytes.put(name, ByteString.copyFromUtf8(value)));
        engine.want(List.of(documents), bytes);
        engine.convergeOnce();
    }

    private static Document document(String kind, String name, long revision) {
        return Document.newBuilder()
                .setKind(kind)
                .setName(name)
                .setRevision(revision)
                .build();
    }

    private static DocumentStatus status(
            String kind, String name, long desired, long applied, long failed, String message) {
        return DocumentStatus.newBuilder()
                .setKind(kind)
                .setName(name)
                .setDesiredRevision(desired)
                .setAppliedRevision(applied)
                .setFailedRevision(failed)
                .setMessage(message)
                .build();
    }

    private final class Recorder implements DocumentApplier {

        private final String kind;
        private final String secret;
        private @Nullable RuntimeException failure;
        private boolean comesFirst;
        /** What happens elsewhere while it applies; once. */
        private Runnable meanwhile = () -> {};

        private Absence absence = Absence.TAKEN_BACK;

        Recorder(String kind, String secret) {
            this.kind = kind;
            this.secret = secret;
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public void apply(DocumentInput input) {
            fail();
            if (!secret.isEmpty()) {
                var value = input.findSecret(secret);
                seen.add(value.map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElse("none"));
            }
            done.add("apply " + kind + "/" + input.name());
            var now = meanwhile;
            meanwhile = () -> {};
            now.run();
        }

        @Override
        public void remove(String name) {
            fail();
            done.add("remove " + kind + "/" + name);
        }

        @Override
        public Absence whenAbsent() {
            return absence;
        }

        @Override
        public boolean comesFirst() {
            return comesFirst;
        }

        @Override
        public boolean ofCluster() {
            return !comesFirst;
        }

        private void fail() {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
