package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.garboard.inventory.ClusterSpec;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What an upgrade waits for in each phase, in words that people read. */
class UpgradeWaitsTest {

    private static final String GIVEN_UP =
            "; no other node is touched. It goes on when that is cured, and is given up when"
                    + " spec.version is 1.36.3 again";

    @Test
    void whatSpokeAgainstItStandsUntilTheNextLook() {
        var world = UpgradeWorld.of(1, 0);
        world.checks = List.of();
        world.want("1.37.2");
        world.rounds(3);
        assertEquals(
                "False Underway: from 1.36.3 to 1.37.2: looks whether anything speaks against it", upgraded(world));

        world.checks = List.of(new UpgradeCheck("nodes", false, "w1 is not connected"));
        world.round();
        world.checks = List.of();
        world.round();

        assertEquals("False Refused: from 1.36.3 to 1.37.2: nodes: w1 is not connected", upgraded(world));
    }

    @Test
    void nothingIsTouchedBeforeEtcdIsSaved() {
        var world = UpgradeWorld.of(1, 1);
        world.saves = false;
        world.want("1.37.2");
        world.rounds(10);
        assertEquals(List.of("CHECKING", "SAVING"), world.events);
        assertEquals("False Underway: from 1.36.3 to 1.37.2: saves the state of etcd", upgraded(world));

        world.snapshotTrouble = "no space left";
        world.round();

        assertEquals(
                "False Stopped: from 1.36.3 to 1.37.2: the state of etcd cannot be saved: no space left",
                upgraded(world));
        world.saves = true;
        world.finish();
        assertEquals(1, world.snapshots);
    }

    @Test
    void whoStillFetchesIsNamedWithWhatItSays() {
        var world = UpgradeWorld.of(1, 2);
        world.unstaged.addAll(List.of("cp1", "w2"));
        world.site.trouble("cp1", "StagedBundle: 40 of 100 MiB");
        world.want("1.37.2");

        world.rounds(60);

        assertEquals(
                "False Underway: from 1.36.3 to 1.37.2: cp1, w2 fetch Kubernetes 1.37.2: cp1: StagedBundle: 40 of 100 MiB",
                upgraded(world));
        world.rounds(30 * 60);
        assertEquals(
                "False Stopped: from 1.36.3 to 1.37.2: cp1: StagedBundle: 40 of 100 MiB" + GIVEN_UP, upgraded(world));
    }

    @Test
    void aFetchThatFailedIsNotWaitedFor() {
        var world = UpgradeWorld.of(1, 2);
        world.unstaged.addAll(List.of("w1", "w2"));
        world.site.trouble("w2", "StagedBundle failed: its signature is not of this site");
        world.want("1.37.2");

        world.rounds(10);

        assertEquals(
                "False Stopped: from 1.36.3 to 1.37.2: w2: StagedBundle failed: its signature is not of this site"
                        + GIVEN_UP,
                upgraded(world));
        world.unstaged.clear();
        world.site.trouble("w2", "");
        world.finish();
    }

    /** It would join a cluster in which all others have moved on. */
    @Test
    void aWorkerThatIsStillJoiningBeginsWithTheNewBundleOnceAllControlPlanesHaveIt() {
        var world = UpgradeWorld.of(2, 1);
        world.site.machine("w2", "worker", "192.168.77.22");
        world.fallen.add("w2");
        world.site.step();
        world.want("1.37.2");
        world.until("cp1 moves");
        world.rounds(3);
        assertNull(world.site.node("w2").bundle());

        world.until("WORKERS w1 DRAINING");

        assertEquals("cp1 MEMBER, cp2 MEMBER, w1 MEMBER, w2 JOINING", String.join(", ", world.site.stages()));
        assertEquals("kubernetes-1.37.2", world.site.node("w2").bundle());
        assertNull(world.site.node("w1").bundle());
        assertEquals(1, world.events.stream().filter("w2 moves"::equals).count());
    }

    @Test
    void podsOfAControlPlaneThatTakesThemGoElsewhereIfThereIsAnElsewhere() {
        for (var hasElsewhere : List.of(true, false)) {
            var world = UpgradeWorld.of(1, hasElsewhere ? 1 : 0);
            schedulable(world);
            world.want("1.37.2");

            world.finish();

            assertEquals(hasElsewhere, world.events.contains("CONTROL_PLANES cp1 DRAINING"), world.events::toString);
        }
    }

    /** A node that takes no pods is no elsewhere. */
    @Test
    void aControlPlaneKeepsItsPodsWhileTheOnlyOtherNodeIsNotReady() {
        var world = UpgradeWorld.of(1, 1);
        schedulable(world);
        world.want("1.37.2");
        world.until("FETCHING");
        world.fallen.add("w1");

        world.until("CONTROL_PLANES cp1 SWAPPING");

        assertEquals(false, world.events.contains("CONTROL_PLANES cp1 DRAINING"), world.events::toString);
    }

    private static void schedulable(UpgradeWorld world) {
        var spec = world.site.cluster.spec();
        world.site.cluster = world.site.cluster.withSpec(new ClusterSpec(
                spec.version(),
                new ClusterSpec.ControlPlane(spec.controlPlane().selector(), true),
                spec.workers(),
                spec.podCidr(),
                spec.serviceCidr(),
                spec.clusterDomain(),
                spec.podNetwork(),
                spec.endpoint()));
    }

    @Test
    void itIsDoneOnlyWithItsAddOns() {
        var world = UpgradeWorld.of(1, 1);
        world.addOns = null;
        world.want("1.37.2");
        world.until("ADD_ONS");
        world.rounds(3);
        assertEquals(
                "False Underway: from 1.36.3 to 1.37.2: kube-proxy, CoreDNS and roles become those of 1.37.2",
                upgraded(world));

        world.addOns = "those of 1.36.3 are there";
        world.round();

        assertEquals(
                "False Underway: from 1.36.3 to 1.37.2: kube-proxy, CoreDNS and roles become those of 1.37.2: those of"
                        + " 1.36.3 are there",
                upgraded(world));
        world.addOns = null;
        world.rounds(6 * 60);
        assertEquals(
                "False Stopped: from 1.36.3 to 1.37.2: kube-proxy, CoreDNS and roles become those of 1.37.2 takes longer than"
                        + " 6 minutes; no other node is touched. It goes on when that is cured",
                upgraded(world));
        assertEquals("1.36.3", world.site.cluster.status().version());
        world.addOns = "";
        world.finish();
        assertEquals(
                "every node runs Kubernetes 1.37.2",
                Objects.requireNonNull(world.upgrade()).message());
    }

    private static String upgraded(UpgradeWorld world) {
        return world.site.condition("Upgraded");
    }
}
