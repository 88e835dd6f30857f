package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.ClusterSnapshot;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.ClusterUpgrade.Phase;
import dev.garboard.inventory.ClusterUpgrade.Step;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.api.KubernetesException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is looked at in each phase of an upgrade, and what is done for the step that is stored. */
class UpgradeCareTest {

    private static final Instant STARTED = Instant.parse("2026-11-23T18:15:00Z");
    private static final String FILE = "lab-1.36.3-20261123T181500Z.db";
    private final KubernetesException silent = new KubernetesException("connection refused", new IOException());

    private final Resource<ClusterSpec, ClusterStatus> cluster = upgradingTo("1.37.2");
    private final AtomicReference<Instant> now = new AtomicReference<>(STARTED);
    private final FakeKubernetes kubernetes = new FakeKubernetes();
    private final ShelfOfSnapshots shelf = new ShelfOfSnapshots();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final UpgradeCare care = new UpgradeCare(
            new Shelf(), new UpgradeInspector(_ -> Optional.empty(), threads), shelf, (InstantSource) now::get);

    private final Map<String, ClusterApi> servers = new HashMap<>(Map.of("cp1", kubernetes));
    private @Nullable ClusterApi api = kubernetes;

    @AfterEach
    void stop() {
        threads.close();
    }

    private static Resource<ClusterSpec, ClusterStatus> upgradingTo(String version) {
        var world = UpgradeWorld.of(2, 1);
        world.want(version);
        return world.site.cluster;
    }

    /** Two bundles of one version: which of them it is was decided by the checks. */
    private static final class Shelf implements Bundles {
        @Override
        public Optional<Bundle> ofVersion(KubernetesVersion version) {
            return Optional.of(UpgradeWorld.NEW)
                    .filter(bundle -> bundle.version().equals(version));
        }

        @Override
        public Optional<Bundle> named(String name) {
            return Optional.of(new Bundle(
                    name,
                    UpgradeWorld.NEW.version(),
                    UpgradeWorld.NEW.url(),
                    UpgradeWorld.NEW.manifestSha256(),
                    UpgradeWorld.NEW.size()));
        }
    }

    private static final class ShelfOfSnapshots implements Snapshots {
        private final Map<String, ClusterSnapshot> taken = new TreeMap<>();
        private final List<List<String>> asked = new ArrayList<>();
        private List<String> troubles = List.of();
        private boolean takes = true;
        private @Nullable Exception failure;

        @Override
        public Optional<ClusterSnapshot> find(String name) throws IOException {
            if (failure instanceof IOException unreadable) {
                throw unreadable;
            }
            return Optional.ofNullable(taken.get(name));
        }

        @Override
        public Optional<ClusterSnapshot> take(List<String> machines, String name, List<String> why)
                throws IOException, InterruptedException {
            asked.add(machines);
            why.addAll(troubles);
            switch (failure) {
                case IOException unwritable -> throw unwritable;
                case InterruptedException stopped -> throw stopped;
                case null, default -> {}
            }
            if (!takes) {
                return Optional.empty();
            }
            var snapshot = new ClusterSnapshot("/snapshots/" + name, "a".repeat(64), 7);
            taken.put(name, snapshot);
            return Optional.of(snapshot);
        }
    }

    private ClusterUpgrade upgrade(Phase phase) {
        var begun = ClusterUpgrade.begun("1.36.3", "1.37.2", STARTED);
        return phase == Phase.CHECKING ? begun : begun.in(phase, STARTED);
    }

    private Resource<ClusterSpec, ClusterStatus> with(@Nullable ClusterUpgrade upgrade) {
        return with(upgrade, cluster.status().nodes());
    }

    private Resource<ClusterSpec, ClusterStatus> with(
            @Nullable ClusterUpgrade upgrade, List<ClusterStatus.Node> nodes) {
        var status = cluster.status();
        return cluster.withStatus(new ClusterStatus(
                status.phase(),
                status.version(),
                status.bundle(),
                status.bootstrapMachine(),
                status.bootstrapped(),
                status.controlPlanes(),
                status.controlPlanesReady(),
                status.workers(),
                status.workersReady(),
                nodes,
                status.conditions(),
                upgrade));
    }

    private ClusterObserver.Observation seen() {
        return new ClusterObserver.Observation(servers.keySet(), api, kubernetes.nodes(), "", servers);
    }

    private UpgradeFacts facts(ClusterUpgrade upgrade) {
        return care.facts(with(upgrade), seen(), List.of());
    }

    private void act(ClusterUpgrade upgrade) {
        care.act(with(upgrade), seen());
    }

    @Test
    void nothingIsLookedAtOrDoneWithoutAnUpgradeThatIsOnItsWay() {
        var done = upgrade(Phase.DONE).at("w1", Step.DRAINING, false, STARTED);
        var underway = upgrade(Phase.CHECKING);

        assertEquals(UpgradeFacts.none(), care.facts(with(null), seen(), List.of()));
        assertEquals(UpgradeFacts.none(), facts(done));
        // Another version is declared by now: the plan begins anew.
        assertEquals(
                UpgradeFacts.none(),
                care.facts(with(underway).withSpec(cluster.spec().withVersion("1.37.3")), seen(), List.of()));
        care.act(with(null), seen());
        act(done);
        assertEquals(List.of(), kubernetes.asked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHECKING       | checks
            SAVING         | snapshot
            FETCHING       | watches
            CONTROL_PLANES | watches, cp1, cp2
            WORKERS        | cp1, cp2
            ADD_ONS        | add-ons
            """)
    void eachPhaseLooksAtWhatItNeedsAndNoMore(Phase phase, String expected) {
        shelf.taken.put(FILE, new ClusterSnapshot("/snapshots/" + FILE, "a".repeat(64), 7));

        var facts = facts(upgrade(phase));

        var looked = new ArrayList<String>();
        if (!facts.checks().isEmpty()) {
            looked.add("checks");
        }
        if (facts.snapshot() != null) {
            looked.add("snapshot");
        }
        if (facts.endpointWatches() != null) {
            looked.add("watches");
        }
        looked.addAll(new TreeSet<>(facts.said().keySet()));
        if (facts.addOns() != null) {
            looked.add("add-ons");
        }
        assertEquals(expected, String.join(", ", looked));
    }

    @Test
    void checksAreMadeAgainAfterSomeSeconds() {
        assertFalse(facts(upgrade(Phase.CHECKING)).checks().isEmpty());

        now.set(STARTED.plusMillis(4_999));
        assertEquals(List.of(), facts(upgrade(Phase.CHECKING)).checks());

        now.set(STARTED.plusSeconds(5));
        assertFalse(facts(upgrade(Phase.CHECKING)).checks().isEmpty());
        now.set(STARTED.plusSeconds(6));
        assertEquals(List.of(), facts(upgrade(Phase.CHECKING)).checks());
    }

    @Test
    void theBundleThatTheChecksWereMadeOfIsTheOne() {
        var newest = facts(upgrade(Phase.FETCHING)).target();
        var pinned = facts(upgrade(Phase.FETCHING).withBundle("kubernetes-1.37.2-first"))
                .target();

        assertEquals(UpgradeWorld.NEW, newest);
        assertEquals("kubernetes-1.37.2-first", pinned == null ? "none" : pinned.name());
    }

    @Test
    void whoFollowsTheApiIsCountedOnEveryServerOrNotAtAll() {
        var second = new FakeKubernetes();
        kubernetes.watches = 3;
        second.watches = 4;
        servers.put("cp2", second);

        assertEquals(7, facts(upgrade(Phase.FETCHING)).endpointWatches());

        second.refusal = silent;
        assertNull(facts(upgrade(Phase.FETCHING)).endpointWatches());
    }

    @Test
    void addOnsAreThereWhenAnApiSaysSo() {
        assertEquals("", facts(upgrade(Phase.ADD_ONS)).addOns());
        kubernetes.addOns = "CoreDNS is 1.11";
        assertEquals("CoreDNS is 1.11", facts(upgrade(Phase.ADD_ONS)).addOns());
        kubernetes.refusal = silent;
        assertEquals("connection refused", facts(upgrade(Phase.ADD_ONS)).addOns());
        api = null;
        assertEquals("no API answers", facts(upgrade(Phase.ADD_ONS)).addOns());
    }

    @Test
    void nodesThatTakeNoPodsAreTold() {
        kubernetes.registers("cp1");
        var closed = new KubernetesNode("w1", true, "v1.36.3", "", Map.of(), List.of(), true);
        var nodes = new HashMap<>(kubernetes.nodes());
        nodes.put("w1", closed);

        var facts = care.facts(
                with(upgrade(Phase.WORKERS)),
                new ClusterObserver.Observation(Set.of("cp1"), api, nodes, "", servers),
                List.of());

        assertEquals(Set.of("w1"), facts.cordoned());
    }

    /** Pods that nobody would start elsewhere stay: somebody must decide about them. */
    @Test
    void aNodeIsEmptiedAndHowFarThatIsIsToldWhileItLasts() {
        var draining = upgrade(Phase.WORKERS).at("w1", Step.DRAINING, false, STARTED);
        kubernetes.budgets.put("w1", "default/web-1 may not go now");

        assertEquals(Map.of(), facts(draining).drains());
        act(draining);

        assertEquals(List.of("drain w1 STAY"), kubernetes.asked);
        assertEquals(
                Map.of("w1", new Drain(1, List.of("default/web-1 may not go now"))),
                facts(draining).drains());

        act(draining.at("w1", Step.SWAPPING, false, STARTED));

        assertEquals(List.of("drain w1 STAY"), kubernetes.asked);
        assertEquals(Map.of(), facts(draining).drains());
    }

    /** What was true of one node says nothing of the next. */
    @Test
    void betweenTwoNodesNothingIsRememberedOfTheLast() {
        act(upgrade(Phase.WORKERS).at("w1", Step.DRAINING, false, STARTED));

        act(upgrade(Phase.WORKERS));

        assertEquals(Map.of(), facts(upgrade(Phase.WORKERS)).drains());
    }

    @Test
    void aNodeTakesPodsAgainWhenItReturns() {
        act(upgrade(Phase.WORKERS).at("w1", Step.RETURNING, false, STARTED));

        assertEquals(List.of("uncordon w1"), kubernetes.asked);
    }

    @Test
    void withoutAnApiNoNodeIsTouched() {
        api = null;

        act(upgrade(Phase.WORKERS).at("w1", Step.DRAINING, false, STARTED));

        assertEquals(List.of(), kubernetes.asked);
        assertEquals(Map.of(), facts(upgrade(Phase.WORKERS)).drains());
    }

    @Test
    void theStateIsSavedOnceUnderTheNameOfTheUpgrade() {
        shelf.troubles = List.of("cp1: it is not connected");

        act(upgrade(Phase.SAVING));

        assertEquals(List.of(List.of("cp1", "cp2")), shelf.asked);
        assertEquals(Set.of(FILE), shelf.taken.keySet());
        var facts = facts(upgrade(Phase.SAVING));
        assertEquals(shelf.taken.get(FILE), facts.snapshot());
        assertEquals("", facts.snapshotTrouble(), "it was taken all the same");
    }

    @Test
    void whyItCouldNotBeSavedIsSaidUntilItCan() {
        shelf.takes = false;
        shelf.troubles = List.of("cp1: it knows no leader", "cp2: it is not connected");

        act(upgrade(Phase.SAVING));

        var facts = facts(upgrade(Phase.SAVING));
        assertNull(facts.snapshot());
        assertEquals("cp1: it knows no leader; cp2: it is not connected", facts.snapshotTrouble());

        shelf.takes = true;
        act(upgrade(Phase.SAVING));
        assertEquals("", facts(upgrade(Phase.SAVING)).snapshotTrouble());
    }

    @Test
    void aDirectoryThatCannotBeUsedIsSaid() {
        shelf.failure = new IOException("/snapshots: permission denied");

        act(upgrade(Phase.SAVING));
        shelf.failure = null;
        assertEquals(
                "/snapshots: permission denied", facts(upgrade(Phase.SAVING)).snapshotTrouble());

        shelf.failure = new IOException("/snapshots: no such device");
        var facts = facts(upgrade(Phase.SAVING));
        assertNull(facts.snapshot());
        assertEquals("/snapshots: no such device", facts.snapshotTrouble());
    }

    /** Only members hold all of the state, and a worker none of it. */
    @Test
    void onlyMembersOfEtcdAreAskedForTheState() {
        var nodes = cluster.status().nodes().stream()
                .map(node -> node.machine().equals("cp1") ? node.withStage(Stage.JOINING) : node)
                .toList();

        care.act(with(upgrade(Phase.SAVING), nodes), seen());

        assertEquals(List.of(List.of("cp2")), shelf.asked);
    }

    @Test
    void nothingIsSavedInAnotherPhase() {
        act(upgrade(Phase.CHECKING));
        act(upgrade(Phase.FETCHING));

        assertEquals(List.of(), shelf.asked);
    }

    @Test
    void aServerThatStopsStaysInterrupted() {
        shelf.failure = new InterruptedException();

        act(upgrade(Phase.SAVING));

        assertTrue(Thread.interrupted(), "the interruption was swallowed");
    }
}
