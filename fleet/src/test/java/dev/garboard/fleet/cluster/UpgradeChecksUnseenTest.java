package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.kubernetes.KubernetesVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What could not be seen, or is on its way, counts against an upgrade: nothing is taken for well because nobody answered. */
class UpgradeChecksUnseenTest {

    private static final String CURE = "; bring these to the version of the cluster first";

    private final UpgradeWorld world = UpgradeWorld.of(1, 1);
    private final Map<String, NodeSaid> said = new HashMap<>();
    private @Nullable Map<String, KubernetesNode> nodes = new TreeMap<>();
    private @Nullable Bundle target = UpgradeWorld.NEW;
    private List<String> alarms = List.of();
    private Set<String> answering = Set.of("cp1");
    private String trouble = "";

    UpgradeChecksUnseenTest() {
        for (var name : List.of("cp1", "w1")) {
            said.put(name, UpgradeWorld.said("1.36.3"));
            see(name, true, "v1.36.3");
        }
    }

    private void see(String name, boolean ready, String kubelet) {
        if (nodes != null) {
            nodes.put(name, new KubernetesNode(name, ready, kubelet, "", Map.of(), List.of(), false));
        }
    }

    @Test
    void anApiThatIsNotReadyIsNamedWithTheReasonWhenThereIsOne() {
        answering = Set.of();
        var remedy = "; look at that machine: garboard node services MACHINE";
        assertEquals("the API of cp1 is not ready" + remedy, refusal("api"));

        trouble = "cp1: etcd failed";

        assertEquals("the API of cp1 is not ready (cp1: etcd failed)" + remedy, refusal("api"));
        assertEquals(
                "an API server does not tell which APIs were used; try again when all answer", refusal("removed-apis"));
    }

    @Test
    void nodesThatNobodyListedAreNotCalledOfTheRightVersion() {
        nodes = null;

        assertEquals("no API could be asked for its nodes" + CURE, refusal("skew"));
        assertEquals(
                "cp1 is not ready; w1 is not ready; bring them back, or take them out of the cluster by their labels",
                refusal("nodes"));
    }

    @Test
    void aKubeletThatDoesNotSayItsVersionIsNamed() {
        see("w1", true, "");

        assertEquals("w1 does not say which version its kubelet has" + CURE, refusal("skew"));
    }

    @Test
    void anApiServerOfAnotherVersionOrOfNoneIsNamed() {
        said.put("cp1", UpgradeWorld.said("1.36.1"));
        assertEquals("the API server of cp1 is v1.36.1, expected v1.36.3" + CURE, refusal("skew"));

        said.put("cp1", new NodeSaid(null, null, "it is not connected"));
        assertEquals("the API server of cp1 is unknown, expected v1.36.3" + CURE, refusal("skew"));

        said.remove("cp1");
        assertEquals("the API server of cp1 is unknown, expected v1.36.3" + CURE, refusal("skew"));
        assertEquals("cp1: was not asked; cure that first: garboard cluster status lab", refusal("control-plane"));
    }

    @Test
    void roomThatNobodyTellsIsNotEnough() {
        var remedy = "; give these more memory or a disk";
        said.put("w1", new NodeSaid(null, null, "it is not connected"));
        assertEquals(
                "the second bundle needs 100 MiB on every node: w1 does not say how much room it has" + remedy,
                refusal("room"));

        said.remove("w1");
        assertEquals(
                "the second bundle needs 100 MiB on every node: w1 does not say how much room it has" + remedy,
                refusal("room"));

        target = null;
        assertEquals("passed: not looked at without a bundle", refusal("room"));
    }

    @Test
    void whoIsOnItsWayInOrOutIsWaitedForAndWhoWaitsIsNot() {
        world.site.machine("w2", "worker", "192.168.77.22");
        world.site.machine("w3", "worker", "192.168.77.23");
        world.site.disconnect("w3");
        world.site.relabel("w1", Map.of());
        world.site.step();

        assertEquals(
                "w1 is leaving; w2 is joining; bring them back, or take them out of the cluster by their labels",
                refusal("nodes"));
    }

    /** Etcd lists them by ids that are as good as random, one for each member. */
    @Test
    void alarmsAreNamedOnceAndInOrder() {
        alarms = List.of("NOSPACE", "CORRUPT", "NOSPACE");

        assertEquals(
                "alarms: CORRUPT, NOSPACE; see garboard cluster etcd status lab and garboard cluster etcd alarms lab",
                refusal("etcd"));
    }

    @Test
    void whatPassesNamesWhatItWasMeasuredBy() {
        assertEquals("passed: from 1.36.3 to 1.37.2", refusal("version"));
        assertEquals("passed: kubernetes-1.37.2 is imported", refusal("bundle"));
        assertEquals("passed: 1 members vote, and there is no alarm", refusal("etcd"));
        assertEquals("passed: API server, controller manager and scheduler of cp1 are well", refusal("control-plane"));
        assertEquals(
                "passed: every API server is v1.36.3, and every kubelet may stay with 1.37.2 for a while",
                refusal("skew"));
    }

    private String refusal(String name) {
        var seen = new UpgradeChecks.Seen(
                target, world.site.machines, answering, nodes, trouble, said, alarms, List.of(), List.of());
        return new UpgradeChecks(world.site.cluster, KubernetesVersion.parse("1.37.2"), seen)
                .all().stream()
                        .filter(check -> check.name().equals(name))
                        .map(check -> (check.passed() ? "passed: " : "") + check.message())
                        .findFirst()
                        .orElseThrow();
    }
}
