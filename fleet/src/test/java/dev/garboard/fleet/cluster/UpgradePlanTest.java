package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.kubernetes.document.KubernetesBundle;
import dev.garboard.kubernetes.document.StagedBundle;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class UpgradePlanTest {

    private static final List<String> WHOLE = List.of(
            "CHECKING",
            "SAVING",
            "FETCHING",
            "CONTROL_PLANES",
            "cp1 moves",
            "CONTROL_PLANES cp1 SWAPPING",
            "CONTROL_PLANES",
            "cp2 moves",
            "CONTROL_PLANES cp2 SWAPPING",
            "CONTROL_PLANES",
            "cp3 moves",
            "CONTROL_PLANES cp3 SWAPPING",
            "CONTROL_PLANES",
            "WORKERS",
            "WORKERS w1 DRAINING",
            "w1 moves",
            "WORKERS w1 SWAPPING",
            "WORKERS w1 RETURNING",
            "WORKERS",
            "WORKERS w2 DRAINING",
            "w2 moves",
            "WORKERS w2 SWAPPING",
            "WORKERS w2 RETURNING",
            "WORKERS",
            "ADD_ONS",
            "DONE");

    @Test
    void oneNodeAfterTheOtherControlPlanesFirst() {
        var world = UpgradeWorld.of(3, 2);
        world.want("1.37.2");

        world.finish();

        assertEquals(WHOLE, world.events);
        var status = world.site.cluster.status();
        assertEquals(List.of("1.37.2", "kubernetes-1.37.2"), List.of(status.version(), status.bundle()));
        assertTrue(status.nodes().stream().allMatch(node -> node.bundle() == null));
        assertEquals(
                "True Done: from 1.36.3 to 1.37.2; etcd as it was before lies in /site/snapshots/lab.db",
                upgraded(world));
        assertEquals("Ready", world.site.step().phase());
    }

    /** Each time the lead goes over, writes that are just passed on to it may be lost: once is enough. */
    @Test
    void theLeaderOfEtcdIsMovedLast() {
        var world = UpgradeWorld.of(3, 0);
        world.leader = "cp1";
        world.want("1.37.2");

        world.finish();

        assertEquals(
                List.of("cp2 moves", "cp3 moves", "cp1 moves"),
                world.events.stream().filter(event -> event.endsWith(" moves")).toList());
    }

    /** Whenever the server dies, the next one takes the same steps, and none twice. */
    @Test
    void aCrashAnywhereChangesNothing() {
        for (int crash = 0; crash < 60; crash++) {
            var world = UpgradeWorld.of(3, 2);
            world.want("1.37.2");
            world.rounds(crash);
            world.crash();

            if (world.upgrade() == null
                    || Objects.requireNonNull(world.upgrade()).isActive()) {
                world.finish();
            }

            assertEquals(WHOLE, world.events, "crash after round " + crash);
            assertEquals(1, world.snapshots);
        }
    }

    @Test
    void aCheckThatDoesNotPassChangesNothingUntilItDoes() {
        var world = UpgradeWorld.of(1, 1);
        world.checks = List.of(
                new UpgradeCheck("bundle", true, "it is imported"),
                new UpgradeCheck("nodes", false, "w1 is not connected; bring it back"));
        world.want("1.37.2");

        world.rounds(50);

        assertEquals(List.of("CHECKING"), world.events);
        assertEquals(
                "False Refused: from 1.36.3 to 1.37.2: nodes: w1 is not connected; bring it back", upgraded(world));
        world.checks = List.of(new UpgradeCheck("nodes", true, "they are ready"));
        world.finish();
        assertEquals("1.37.2", world.site.cluster.status().version());
    }

    /** A kube-proxy that sleeps leads its node's traffic to pods that are gone. */
    @Test
    void noPodMovesBeforeThoseWhoLeadTrafficFollowTheApiAgain() {
        var world = UpgradeWorld.of(1, 2);
        world.want("1.37.2");
        world.until("CONTROL_PLANES cp1 SWAPPING");
        world.followers = 5;

        world.rounds(30);

        assertEquals("CONTROL_PLANES cp1 SWAPPING", world.events.getLast());
        assertEquals(
                "waits until those who lead traffic to pods follow the API again: 5 of 7 watches of EndpointSlices",
                Objects.requireNonNull(world.upgrade()).message());
        world.followers = null;
        world.rounds(5);
        assertEquals("CONTROL_PLANES cp1 SWAPPING", world.events.getLast());
        world.followers = 7;
        world.finish();
        assertEquals("DONE", world.events.getLast());
    }

    /** Clients end for reasons of their own. */
    @Test
    void clientsThatDoNotComeBackAreNotAwaitedForEver() {
        var world = UpgradeWorld.of(1, 1);
        world.want("1.37.2");
        world.until("CONTROL_PLANES cp1 SWAPPING");
        world.followers = 6;

        world.finish();

        assertEquals("DONE", world.events.getLast());
    }

    @Test
    void isGivenUpWhenTheVersionIsSetBack() {
        var world = UpgradeWorld.of(1, 1);
        world.checks = List.of(new UpgradeCheck("nodes", false, "w1 is not connected"));
        world.want("1.37.2");
        world.rounds(5);

        world.want("1.36.3");
        world.rounds(3);

        assertNull(world.upgrade());
        assertEquals(List.of("CHECKING", "none"), world.events);
        assertEquals("1.36.3", world.site.cluster.status().version());
    }

    @Test
    void everyNodeHasTheNextBundleReadyBeforeAnyMoves() {
        for (var late : List.of("cp2", "w1")) {
            var world = UpgradeWorld.of(3, 1);
            world.unstaged.add(late);
            world.want("1.37.2");

            world.rounds(60);

            assertEquals(List.of("CHECKING", "SAVING", "FETCHING"), world.events);
            assertEquals(
                    late + " fetch Kubernetes 1.37.2",
                    Objects.requireNonNull(world.upgrade()).message());
            world.unstaged.clear();
            world.finish();
        }
    }

    @Test
    void aNodeHasArrivedWhenKubernetesCallsItReady() {
        for (var name : List.of("cp1", "w1")) {
            var world = UpgradeWorld.of(3, 1);
            world.want("1.37.2");
            world.until(name + " moves");
            world.fallen.add(name);

            world.rounds(30);

            assertEquals(
                    (name.equals("w1") ? "WORKERS " : "CONTROL_PLANES ") + name + " SWAPPING", world.events.getLast());
            assertTrue(upgraded(world).contains("it is not ready: its network is not ready"), upgraded(world));
            world.fallen.clear();
            world.finish();
        }
    }

    /** However well the next one is. */
    @Test
    void noFurtherNodeMovesWhileOneThatWasMovedHasFallen() {
        for (var name : List.of("cp1", "w1")) {
            var world = UpgradeWorld.of(1, 2);
            world.want("1.37.2");
            world.until("WORKERS w1 RETURNING");
            world.fallen.add(name);

            world.rounds(30);

            assertEquals("WORKERS", world.events.getLast());
            assertTrue(
                    upgraded(world)
                            .contains(name + ", which has 1.37.2 already, is not ready: its network is not ready"),
                    upgraded(world));
            assertNull(world.site.node("w2").bundle());
            world.fallen.clear();
            world.finish();
        }
    }

    @Test
    void aNodeThatIsNotReadyItselfIsNotMoved() {
        var world = UpgradeWorld.of(1, 1);
        world.want("1.37.2");
        world.until("CONTROL_PLANES cp1 SWAPPING");
        world.fallen.add("w1");

        world.rounds(30);

        assertEquals("WORKERS", world.events.getLast());
        assertTrue(
                upgraded(world).contains("waits before the next node: w1 is not ready: its network is not ready"),
                upgraded(world));
        world.fallen.clear();
        world.finish();
    }

    @Test
    void whatANodeIsToldWhileTheNextBundleIsFetched() {
        var world = UpgradeWorld.of(1, 1);
        world.want("1.37.2");
        world.until("FETCHING");

        var documents = new NodeParts(world.site.cluster, UpgradeWorld.OLD, UpgradeWorld.NEW).of(world.site.node("w1"));

        assertEquals(
                List.of("1.36.3", "1.37.2"),
                documents.stream()
                        .flatMap(document -> switch (document) {
                            case KubernetesBundle now -> List.of(now.version().toString()).stream();
                            case StagedBundle(var next) ->
                                List.of(next.version().toString()).stream();
                            default -> List.<String>of().stream();
                        })
                        .toList());
    }

    @Test
    void aBudgetThatSaysNoIsWaitedFor() {
        var world = UpgradeWorld.of(1, 2);
        world.budgets.put("w1", "default/web-1 may not go now: it needs two");
        world.want("1.37.2");

        world.rounds(2000);

        assertEquals("WORKERS w1 DRAINING", world.events.getLast());
        assertEquals(
                "False Underway: from 1.36.3 to 1.37.2: w1: 1 pod is still there; default/web-1 may not go now: it needs two",
                upgraded(world));
        assertNull(world.site.node("w2").bundle());
        world.budgets.clear();
        world.finish();
    }

    @Test
    void stopsAtTheNodeThatDoesNotComeBackAndGoesOnWhenItDoes() {
        var world = UpgradeWorld.of(3, 2);
        world.broken.add("cp2");
        world.want("1.37.2");

        world.rounds(1000);

        assertEquals("CONTROL_PLANES cp2 SWAPPING", world.events.getLast());
        assertEquals(
                "False Stopped: from 1.36.3 to 1.37.2: cp2: its API server is v1.36.3, not yet v1.37.2; no other node is"
                        + " touched. It goes on when that is cured",
                upgraded(world));
        assertTrue(world.site.cluster.status().isBeyondReturn());
        assertEquals(
                List.of("cp1", "cp2"),
                world.site.cluster.status().nodes().stream()
                        .filter(node -> node.bundle() != null)
                        .map(Node::machine)
                        .toList());
        world.broken.clear();
        world.finish();
        assertEquals(WHOLE, world.events);
    }

    @Test
    void aNodeThatSomebodyElseCordonedStaysSo() {
        var world = UpgradeWorld.of(1, 1);
        world.cordoned.add("w1");
        world.want("1.37.2");

        world.finish();

        assertTrue(world.cordoned.contains("w1"));
    }

    @Test
    void waitsBeforeTheNextNodeWhileAnApiDoesNotAnswer() {
        var world = UpgradeWorld.of(3, 1);
        world.want("1.37.2");
        world.until("WORKERS");
        world.site.answering.remove("cp3");

        world.rounds(20);

        assertEquals("WORKERS", world.events.getLast());
        assertTrue(
                upgraded(world).contains("waits before the next node: the API of cp3 does not answer"),
                upgraded(world));
        world.site.answering.add("cp3");
        world.finish();
    }

    @Test
    void aMachineThatIsTakenOutIsPassedOver() {
        var world = UpgradeWorld.of(1, 2);
        world.budgets.put("w1", "default/web-1 may not go now");
        world.want("1.37.2");
        world.rounds(60);

        world.site.relabel("w1", Map.of());
        world.finish();

        assertEquals("1.37.2", world.site.cluster.status().version());
        // It keeps what it has until it is gone.
        assertEquals("kubernetes-1.36.3", world.site.node("w1").bundle());
    }

    @Test
    void aControlPlaneJoinsAfterwardsAndAWorkerAtOnce() {
        var world = UpgradeWorld.of(1, 1);
        world.budgets.put("w1", "default/web-1 may not go now");
        world.want("1.37.2");
        world.rounds(60);

        world.site.machine("cp2", "control-plane", "192.168.77.12");
        world.site.machine("w2", "worker", "192.168.77.22");
        world.rounds(2);

        assertTrue(world.site.stages().contains("cp2 WAITING"), world.site.stages()::toString);
        assertEquals(
                "waits until the upgrade is done or has stopped",
                world.site.node("cp2").message());
        assertTrue(world.site.stages().contains("w2 JOINING")
                || world.site.stages().contains("w2 MEMBER"));
    }

    @Test
    void aFinishedUpgradeIsFollowedByTheNextOne() {
        var world = UpgradeWorld.of(1, 0);
        world.want("1.37.2");
        world.finish();
        ClusterUpgrade first = assertNotNullUpgrade(world);

        world.want("1.37.3");
        world.round();

        assertEquals("1.37.3", assertNotNullUpgrade(world).to());
        assertEquals("1.37.2", assertNotNullUpgrade(world).from());
        assertTrue(assertNotNullUpgrade(world).started().isAfter(first.started()));
    }

    private static ClusterUpgrade assertNotNullUpgrade(UpgradeWorld world) {
        var upgrade = world.upgrade();
        assertNotNull(upgrade);
        return Objects.requireNonNull(upgrade);
    }

    private static String upgraded(UpgradeWorld world) {
        return world.site.condition("Upgraded");
    }
}
