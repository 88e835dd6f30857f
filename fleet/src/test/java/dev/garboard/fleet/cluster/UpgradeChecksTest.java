package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.kubernetes.KubernetesVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UpgradeChecksTest {

    private final UpgradeWorld world = UpgradeWorld.of(1, 1);
    private final Map<String, NodeSaid> said = new HashMap<>();
    private final Map<String, KubernetesNode> nodes = new TreeMap<>();
    private @Nullable Bundle target = UpgradeWorld.NEW;
    private @Nullable List<String> alarms = List.of();
    private @Nullable List<DeprecatedApi> removed = List.of();
    private List<String> ownerless = List.of();
    private String version = "1.37.2";

    UpgradeChecksTest() {
        for (var name : List.of("cp1", "w1")) {
            said.put(name, UpgradeWorld.said("1.36.3"));
            nodes.put(name, node(name, "v1.36.3"));
        }
    }

    @Test
    void allPassForAHealthyCluster() {
        var checks = checks();

        assertTrue(checks.stream().allMatch(UpgradeCheck::passed), checks::toString);
        assertEquals(
                List.of(
                        "version",
                        "bundle",
                        "nodes",
                        "api",
                        "etcd",
                        "control-plane",
                        "skew",
                        "removed-apis",
                        "pods",
                        "room"),
                checks.stream().map(UpgradeCheck::name).toList());
    }

    @Test
    void neitherBackNorOverAMinorVersion() {
        world.want("1.36.3");
        version = "1.36.1";

        assertEquals(
                "it runs 1.36.3, and 1.36.1 was asked for; allowed is a later release of the same minor version or one of"
                        + " the next: no minor version may be left out, and etcd's data does not go back",
                refusal("version"));
        assertTrue(!new KubernetesVersion(1, 38, 0).mayFollow(KubernetesVersion.parse("1.36.3")));
    }

    @Test
    void aMissingBundleIsNamed() {
        target = null;

        assertEquals(
                "no bundle of Kubernetes 1.37.2 was imported; import one: garboard kubernetes import DIRECTORY",
                refusal("bundle"));
    }

    @Test
    void aNodeThatIsNotReadyIsNamed() {
        world.site.disconnect("w1");

        assertEquals(
                "w1 is not connected; bring them back, or take them out of the cluster by their labels",
                refusal("nodes"));
    }

    @Test
    void etcdMustVoteAndHaveNoAlarm() {
        alarms = List.of("NOSPACE");

        assertTrue(
                refusal("etcd").startsWith("alarms: NOSPACE; see garboard cluster etcd status lab"), refusal("etcd"));
    }

    @Test
    void whatAMemberSaysOfItselfIsFound() {
        etcd(EtcdStatusResponse.newBuilder().setLeaderId("1").addErrors("memberID:1 alarm:CORRUPT"));
        assertFound("the member on cp1: memberID:1 alarm:CORRUPT");
        etcd(EtcdStatusResponse.newBuilder().setLeaderId("1").setLearner(true));
        assertFound("the member on cp1 does not vote yet");
        etcd(EtcdStatusResponse.newBuilder());
        assertFound("the member on cp1 knows no leader");
        said.put("cp1", new NodeSaid(UpgradeWorld.said("1.36.3").kubernetes(), null, "its agent says UNAVAILABLE"));
        assertFound("the member on cp1 says nothing: its agent says UNAVAILABLE");
        said.clear();
        assertFound("the member on cp1 says nothing");
    }

    @Test
    void anEtcdThatNobodyCouldAskForAlarmsIsNotCalledWell() {
        alarms = null;

        assertFound("no member could be asked for alarms");
    }

    private void assertFound(String text) {
        assertEquals(
                text + "; see garboard cluster etcd status lab and garboard cluster etcd alarms lab", refusal("etcd"));
    }

    private void etcd(EtcdStatusResponse.Builder status) {
        said.put("cp1", new NodeSaid(UpgradeWorld.said("1.36.3").kubernetes(), status.build(), ""));
    }

    @Test
    void aSickSchedulerIsFound() {
        sick("kube-scheduler", "connection refused");

        assertEquals(
                "cp1: kube-scheduler: connection refused; cure that first: garboard cluster status lab",
                refusal("control-plane"));
    }

    @Test
    void theClustersNameServiceIsNoPartOfAControlPlane() {
        sick("dns", "found TIMEOUT");

        assertEquals("passed", refusal("control-plane"));
    }

    private void sick(String component, String message) {
        var healthy = UpgradeWorld.said("1.36.3");
        said.put(
                "cp1",
                new NodeSaid(
                        Objects.requireNonNull(healthy.kubernetes()).toBuilder()
                                .addComponents(KubernetesComponent.newBuilder()
                                        .setName(component)
                                        .setMessage(message))
                                .build(),
                        healthy.etcd(),
                        ""));
    }

    @Test
    void aForeignKubeletThatIsTooOldOrTooNewIsFound() {
        nodes.put("stranger", node("stranger", "v1.33.1"));
        nodes.put("tomorrow", node("tomorrow", "v1.38.0"));

        assertEquals(
                "the kubelet of stranger is v1.33.1, more than 3 minor versions older than 1.37.2; the kubelet of tomorrow is"
                        + " v1.38.0, newer than 1.37.2; bring these to the version of the cluster first",
                refusal("skew"));
    }

    @Test
    void anApiThatTheNextVersionDoesNotHaveIsNamed() {
        removed = DeprecatedApi.in("""
            # HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs that have been requested, broken out by API group
            # TYPE apiserver_requested_deprecated_apis gauge
            apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"} 1
            apiserver_requested_deprecated_apis{group="storage.k8s.io",removed_release="1.37",resource="volumeattributesclasses",subresource="",version="v1beta1"} 1
            apiserver_requested_deprecated_apis{group="resource.k8s.io",removed_release="1.40",resource="deviceclasses",subresource="",version="v1beta1"} 1
            """);

        assertEquals(
                "in use since the API servers started, and not in 1.37.2: volumeattributesclasses of storage.k8s.io/v1beta1"
                        + " (gone in 1.37); bring the clients of these to a newer version of the API. An API server forgets"
                        + " its count when it is started again",
                refusal("removed-apis"));
    }

    @Test
    void aPodThatNobodyWouldStartAgainIsNamed() {
        ownerless = List.of("default/debug");

        assertEquals(
                "nobody would start these again: default/debug; delete them, or give them to a Deployment or another"
                        + " controller",
                refusal("pods"));
    }

    @Test
    void aNodeWithoutRoomIsNamed() {
        said.put(
                "w1",
                new NodeSaid(
                        KubernetesStatusResponse.newBuilder()
                                .setBundleRoomBytes(20L << 20)
                                .build(),
                        null,
                        ""));

        assertEquals(
                "the second bundle needs 100 MiB on every node: w1 has room for 20 MiB; give these more memory or a disk",
                refusal("room"));
    }

    @Test
    void aClusterThatDoesNotRunYetBeginsWithWhatIsDeclared() {
        world.site.cluster = world.site.cluster.withStatus(ClusterStatus.declared());

        assertEquals("the cluster does not run yet; change spec.version, and it begins with that", refusal("version"));
    }

    @Test
    void anApiServerThatDoesNotTellItsClientsIsNotCalledFreeOfOldOnes() {
        removed = null;

        assertEquals(
                "an API server does not tell which APIs were used; try again when all answer", refusal("removed-apis"));
    }

    @Test
    void aNodeThatKubernetesDoesNotCallReadyIsNamedWithTheReason() {
        var cure = "; bring them back, or take them out of the cluster by their labels";
        nodes.put(
                "w1",
                new KubernetesNode("w1", false, "v1.36.3", "its network is not ready", Map.of(), List.of(), false));
        assertEquals("w1 is not ready: its network is not ready" + cure, refusal("nodes"));

        nodes.remove("w1");
        assertEquals("w1 is not ready" + cure, refusal("nodes"));
    }

    @Test
    void aKubeletMayBeThreeMinorVersionsOlderAndAsNew() {
        nodes.put("oldest", node("oldest", "v1.34.0"));
        nodes.put("newest", node("newest", "v1.37.9"));

        assertEquals("passed", refusal("skew"));
    }

    @Test
    void whatPassesSaysWhatWasFound() {
        said.put(
                "w1",
                new NodeSaid(
                        KubernetesStatusResponse.newBuilder()
                                .setBundleRoomBytes(100L << 20)
                                .build(),
                        null,
                        ""));

        var found = checks().stream().collect(Collectors.toMap(UpgradeCheck::name, UpgradeCheck::message));
        assertEquals("the API of cp1 is ready", found.get("api"));
        assertEquals("every node has room for the 100 MiB of the second bundle", found.get("room"));
        assertEquals("2 nodes are connected and ready", found.get("nodes"));
    }

    @Test
    void eightAreNamedAndTheRestCounted() {
        var pods = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        ownerless = pods;
        assertTrue(refusal("pods").startsWith("nobody would start these again: a; b; c; d; e; f; g; h; delete"));

        ownerless = Stream.concat(pods.stream(), Stream.of("i", "j")).toList();
        assertTrue(refusal("pods").contains("g; h; and 2 more; delete"), refusal("pods"));
    }

    private String refusal(String name) {
        return checks().stream()
                .filter(check -> check.name().equals(name) && !check.passed())
                .map(UpgradeCheck::message)
                .findFirst()
                .orElse("passed");
    }

    private List<UpgradeCheck> checks() {
        return new UpgradeChecks(
                        world.site.cluster,
                        KubernetesVersion.parse(version),
                        new UpgradeChecks.Seen(
                                target,
                                world.site.machines,
                                Set.of("cp1"),
                                nodes,
                                "",
                                said,
                                alarms,
                                removed,
                                ownerless))
                .all();
    }

    private static KubernetesNode node(String name, String kubelet) {
        return new KubernetesNode(name, true, kubelet, "", Map.of(), List.of(), false);
    }
}
