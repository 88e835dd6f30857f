package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.kubernetes.pki.KubeletRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is done inside a cluster, round by round. */
class ClusterCareTest {

    private static final String CONTROL_PLANE = "node-role.kubernetes.io/control-plane";
    private static final String WORKER = "node-role.kubernetes.io/worker";
    private static final KubernetesNode.Taint NO_PODS = new KubernetesNode.Taint(CONTROL_PLANE, "", "NoSchedule");
    private static final KubernetesNode.Taint OTHERS = new KubernetesNode.Taint("example.com/gpu", "", "NoSchedule");

    private final AtomicReference<Instant> now = new AtomicReference<>(Site.NOW);
    private final InstantSource clock = now::get;
    private final FakeKubernetes kubernetes = new FakeKubernetes();
    private final List<String> asked = new ArrayList<>();
    private final Map<String, String> refusing = new HashMap<>();
    private final ClusterCare care = new ClusterCare(new BootstrapTokens(clock), this::remove, clock);

    private Optional<String> remove(String through, String member) {
        asked.add(member + " through " + through);
        return Optional.ofNullable(refusing.get(through));
    }

    /** All of them are members. */
    private static Site grown(int controlPlanes, int workers) {
        var site = Site.of(controlPlanes, workers);
        for (int i = 1; i <= controlPlanes; i++) {
            site.settle();
            site.serves("cp" + i);
        }
        site.settle();
        for (int i = 1; i <= workers; i++) {
            site.ready("w" + i);
        }
        site.settle();
        assertTrue(site.stages().stream().allMatch(stage -> stage.endsWith("MEMBER")), site.stages()::toString);
        return site;
    }

    private Set<String> tokens(Site site) {
        return care.tokens(site.cluster, site.facts(), kubernetes);
    }

    /** One control plane that serves, and a worker on its way. */
    private static Site joining() {
        var site = Site.of(1, 1);
        site.settle();
        site.serves("cp1");
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 JOINING"), site.stages());
        return site;
    }

    @Test
    void aWorkerHasATokenUntilItsKubeletRunsAndItsNodeIsReady() {
        var site = joining();

        assertEquals(Set.of("w1"), tokens(site));
        assertEquals(Set.of(), tokens(site), "it has one");
        assertEquals(Set.of("w1"), kubernetes.tokens.keySet());

        site.applied("w1", "Kubelet");
        assertEquals(Set.of(), tokens(site));
        assertEquals(Set.of("w1"), kubernetes.tokens.keySet(), "a kubelet that runs may still need it");

        site.ready("w1");
        site.settle();
        assertEquals(Set.of("w1"), tokens(site));
        assertEquals(Set.of(), kubernetes.tokens.keySet());
        assertEquals(Set.of(), tokens(site));
    }

    @Test
    void whoseTurnItIsNotGetsNoToken() {
        var waiting = Site.of(1, 1);
        waiting.settle();
        var away = joining();
        away.disconnect("w1");
        var gone = joining();
        gone.machines.remove("w1");
        var controlPlane = Site.of(2, 0);
        controlPlane.settle();
        controlPlane.serves("cp1");
        controlPlane.settle();

        for (var site : List.of(waiting, away, gone, controlPlane)) {
            assertEquals(Set.of(), tokens(site), site.stages()::toString);
        }
        assertEquals(Map.of(), kubernetes.tokens);
    }

    @Test
    void aWorkerThatLeavesGetsNoTokenAndLosesTheOneItHas() {
        var site = joining();
        tokens(site);
        site.ready("w1");
        site.relabel("w1", Map.of());
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 LEAVING"), site.stages());

        assertEquals(Set.of("w1"), tokens(site));
        assertEquals(Map.of(), kubernetes.tokens);
        assertEquals(Set.of(), tokens(site));
    }

    private void mark(Site site, KubernetesNode... nodes) {
        var byName = new HashMap<String, KubernetesNode>();
        for (var node : nodes) {
            byName.put(node.name(), node);
        }
        care.marks(
                site.cluster,
                new ClusterObserver.Observation(Set.of("cp1"), kubernetes, byName, "", Map.of()),
                kubernetes);
    }

    private static KubernetesNode node(String name, Map<String, String> labels, KubernetesNode.Taint... taints) {
        return new KubernetesNode(name, true, "v1.37.2", "", labels, List.of(taints), false);
    }

    @Test
    void nodesAreMarkedByTheirRoleAndControlPlanesKeepPodsAway() {
        mark(grown(1, 1), node("cp1", Map.of("zone", "a"), OTHERS), node("w1", Map.of(), OTHERS));

        assertEquals(Map.of("cp1", Map.of(CONTROL_PLANE, ""), "w1", Map.of(WORKER, "")), kubernetes.labels);
        // Kubernetes writes taints itself: those of a worker are left alone.
        assertEquals(Map.of("cp1", List.of(OTHERS, NO_PODS)), kubernetes.taints);
    }

    @Test
    void whatIsMarkedAlreadyIsNotMarkedAgain() {
        mark(
                grown(1, 1),
                node("cp1", Map.of(CONTROL_PLANE, "", "zone", "a"), NO_PODS, OTHERS),
                node("w1", Map.of(WORKER, "")));

        assertEquals(Map.of(), kubernetes.labels);
    }

    @Test
    void aLabelThatIsMissingTouchesNoTaint() {
        mark(grown(1, 1), node("cp1", Map.of(), NO_PODS, OTHERS));

        assertEquals(Map.of("cp1", Map.of(CONTROL_PLANE, "")), kubernetes.labels);
        assertEquals(Map.of(), kubernetes.taints);
    }

    @Test
    void aTaintThatIsMissingIsAddedThoughTheLabelsAreThere() {
        mark(grown(1, 1), node("cp1", Map.of(CONTROL_PLANE, "")));

        assertEquals(Map.of("cp1", List.of(NO_PODS)), kubernetes.taints);
    }

    @Test
    void aControlPlaneThatIsToTakePodsLosesItsTaintAndNoOther() {
        var site = grown(1, 0);
        var spec = site.cluster.spec();
        site.cluster = site.cluster.withSpec(new ClusterSpec(
                spec.version(),
                new ClusterSpec.ControlPlane(spec.controlPlane().selector(), true),
                spec.workers(),
                spec.podCidr(),
                spec.serviceCidr(),
                spec.clusterDomain(),
                spec.podNetwork(),
                spec.endpoint()));

        mark(site, node("cp1", Map.of(CONTROL_PLANE, ""), NO_PODS, OTHERS));

        assertEquals(Map.of("cp1", List.of(OTHERS)), kubernetes.taints);
    }

    @Test
    void whoLeavesAndWhoIsNoNodeYetIsNotMarked() {
        var site = grown(1, 2);
        site.relabel("w1", Map.of());
        site.settle();

        mark(site, node("w1", Map.of()), node("stranger", Map.of()));

        assertEquals(Map.of(), kubernetes.labels);
    }

    private static KubeletRequest serving(String name, String node, String address) {
        return new KubeletRequest(
                name,
                KubeletRequest.SERVING,
                "system:node:" + node,
                Set.of(KubeletRequest.NODES),
                Set.of("digital signature", "server auth"),
                "system:node:" + node,
                List.of(KubeletRequest.NODES),
                List.of(node),
                List.of(address),
                List.of());
    }

    private static KubeletRequest client(String name, String user, String node) {
        return new KubeletRequest(
                name,
                KubeletRequest.CLIENT,
                user,
                Set.of(),
                Set.of("digital signature", "client auth"),
                "system:node:" + node,
                List.of(KubeletRequest.NODES),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void aKubeletMayServeAtTheAddressOfItsMachineOnceItHasAPart() {
        var site = joining();
        site.machine("w2", "worker", "192.168.77.22");
        site.accept("w2", Acceptance.PENDING);
        site.settle();
        kubernetes.requests.addAll(List.of(
                serving("right", "w1", "192.168.77.21"),
                serving("other-address", "w1", "192.168.77.99"),
                serving("waits", "w2", "192.168.77.22"),
                serving("stranger", "w9", "192.168.77.29"),
                new KubeletRequest(
                        "no-node",
                        KubeletRequest.SERVING,
                        "alice",
                        Set.of(),
                        Set.of("server auth"),
                        "alice",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of())));

        care.requests(site.cluster, kubernetes);

        assertEquals("", kubernetes.decisions.get("right"));
        assertEquals(
                "the names are [w1][192.168.77.99][], and the machine w1 has the address 192.168.77.21",
                kubernetes.decisions.get("other-address"));
        assertEquals("there is no node w2 in the cluster", kubernetes.decisions.get("waits"));
        assertEquals("there is no node w9 in the cluster", kubernetes.decisions.get("stranger"));
        assertEquals("there is no node null in the cluster", kubernetes.decisions.get("no-node"));
    }

    @Test
    void aKubeletJoinsAsTheMachineThatItsTokenWasMadeForAndRenewalsAreNotOurs() {
        var site = joining();
        tokens(site);
        var id = kubernetes.tokens.getOrDefault("w1", "").split("\\.", 2)[0];
        kubernetes.requests.addAll(List.of(
                client("right", "system:bootstrap:" + id, "w1"),
                client("as-another", "system:bootstrap:" + id, "cp1"),
                client("unknown", "system:bootstrap:zzzzzz", "w1"),
                client("renewal", "system:node:w1", "w1")));

        care.requests(site.cluster, kubernetes);

        assertEquals("", kubernetes.decisions.get("right"));
        assertTrue(
                String.valueOf(kubernetes.decisions.get("as-another")).startsWith("the token is for the machine w1"),
                kubernetes.decisions::toString);
        assertTrue(
                String.valueOf(kubernetes.decisions.get("unknown")).contains("was not made for a machine"),
                kubernetes.decisions::toString);
        assertEquals(Set.of("right", "as-another", "unknown"), kubernetes.decisions.keySet());
    }

    @Test
    void aRefusalIsSaidForHalfAnHour() {
        var site = joining();
        assertEquals("", care.refusedRequest());
        kubernetes.requests.add(serving("right", "w1", "192.168.77.21"));
        care.requests(site.cluster, kubernetes);
        assertEquals("", care.refusedRequest());
        kubernetes.requests.add(serving("csr-9", "w9", "192.168.77.29"));

        care.requests(site.cluster, kubernetes);

        assertEquals(
                "request csr-9 was refused: there is no node w9 in the cluster. Look at that machine: its name or address is"
                        + " not the one in the inventory, or somebody else asked",
                care.refusedRequest());
        now.set(Site.NOW.plusSeconds(30 * 60 - 1));
        assertTrue(care.refusedRequest().startsWith("request csr-9"), care.refusedRequest());
        now.set(Site.NOW.plusSeconds(30 * 60));
        assertEquals("", care.refusedRequest());
    }

    /** Two workers, of which the first leaves since the last round. */
    private static Site leaving() {
        var site = grown(1, 2);
        site.relabel("w1", Map.of());
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 LEAVING", "w2 MEMBER"), site.stages());
        return site;
    }

    private void depart(Site site, ClusterStatus before, KubernetesNode... nodes) {
        var byName = new HashMap<String, KubernetesNode>();
        for (var node : nodes) {
            byName.put(node.name(), node);
        }
        care.departures(before, site.cluster, site.facts(), byName, kubernetes);
    }

    private void depart(Site site, KubernetesNode... nodes) {
        depart(site, site.cluster.status(), nodes);
    }

    private static KubernetesNode known(String name, boolean ready) {
        return new KubernetesNode(name, ready, "v1.37.2", "", Map.of(), List.of(), false);
    }

    @Test
    void whoLeavesIsEmptiedBeforeItsNodeGoes() {
        var site = leaving();
        kubernetes.budgets.put("w1", "default/web-1 may not go now: its budget");

        depart(site, known("w1", true), known("w2", true));

        assertEquals(List.of("drain w1 GO"), kubernetes.asked);
        assertEquals(Map.of("w1", "1 pods are still there; default/web-1 may not go now: its budget"), care.emptying());
        assertEquals(Set.of(), care.departed());
        assertEquals(List.of(), kubernetes.done);

        kubernetes.budgets.put("w1", "");
        depart(site, known("w1", true));
        assertEquals(Map.of("w1", "1 pods are still there"), care.emptying());

        kubernetes.budgets.clear();
        depart(site, known("w1", true));
        assertEquals(Map.of(), care.emptying());
        assertEquals(Set.of("w1"), care.departed());
        assertEquals(List.of("node w1"), kubernetes.done);
        assertEquals(List.of(), asked, "a worker has no member of etcd");
    }

    /** What a machine has said so far was said by one that stayed. */
    @Test
    void whoLeavesSinceThisRoundIsLeftAloneUntilTheNext() {
        var site = grown(1, 1);
        var before = site.cluster.status();
        site.relabel("w1", Map.of());
        site.settle();

        depart(site, before, known("w1", true));

        assertEquals(List.of(), kubernetes.asked);
        assertEquals(Set.of(), care.departed());
        depart(site, known("w1", true));
        assertEquals(Set.of("w1"), care.departed());
    }

    @Test
    void thePodsOfADeadMachineAreNotWaitedForAndThoseOfALivingOneAre() {
        kubernetes.budgets.put("w1", "default/web-1 may not go now");
        var site = leaving();

        depart(site, known("w1", false));
        assertEquals(Set.of("w1"), care.emptying().keySet(), "its agent is connected");
        site.disconnect("w1");
        depart(site, known("w1", true));
        assertEquals(Set.of("w1"), care.emptying().keySet(), "its kubelet reports");

        depart(site, known("w1", false));

        assertEquals(Set.of("w1"), care.departed());
        assertEquals(List.of("node w1"), kubernetes.done);
    }

    @Test
    void whoIsNoNodeAnyMoreHasNothingToEmpty() {
        var site = leaving();

        depart(site);

        assertEquals(List.of(), kubernetes.asked);
        assertEquals(Set.of("w1"), care.departed());
    }

    @Test
    void whoIsForgottenByTheClusterIsForgottenHere() {
        var site = grown(1, 2);
        site.relabel("w1", Map.of());
        site.relabel("w2", Map.of());
        site.settle();
        kubernetes.budgets.put("w2", "");
        depart(site, known("w1", true), known("w2", true));
        assertEquals(Set.of("w1"), care.departed());
        assertEquals(Set.of("w2"), care.emptying().keySet());

        site.departed.addAll(List.of("w1", "w2"));
        site.nodes.clear();
        site.settle();
        depart(site);

        assertEquals(Set.of(), care.departed());
        assertEquals(Map.of(), care.emptying());
    }

    /** Three voters, of which the third leaves and was told so. */
    private static Site controlPlaneLeaves() {
        var site = grown(3, 0);
        site.relabel("cp3", Map.of());
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 MEMBER", "cp3 LEAVING"), site.stages());
        return site;
    }

    private @Nullable String obstacle(Site site) {
        depart(site, known("cp3", true));
        return care.emptying().get("cp3");
    }

    @Test
    void aControlPlanesMemberIsTakenOutByAnotherOneThatVotes() {
        var site = controlPlaneLeaves();
        refusing.put("cp1", "cp1: no leader");

        assertEquals(null, obstacle(site));

        assertEquals(List.of("cp3 through cp1", "cp3 through cp2"), asked);
        assertEquals(Set.of("cp3"), care.departed());
    }

    @Test
    void asLongAsItsMemberIsInEtcdItsNodeStays() {
        var site = controlPlaneLeaves();
        refusing.put("cp1", "cp1: no leader");
        refusing.put("cp2", "cp2: unhealthy cluster");

        assertEquals("its member is still in etcd: cp2: unhealthy cluster", obstacle(site));
        assertEquals(List.of(), kubernetes.done);

        site.disconnect("cp1");
        site.disconnect("cp2");
        asked.clear();
        assertEquals("its member is still in etcd: no other member of etcd is connected", obstacle(site));
        assertEquals(List.of(), asked);
    }

    @Test
    void aMemberThatWasNotToldIsNotTakenOut() {
        var site = controlPlaneLeaves();
        site.applied("cp3");

        assertEquals("it was not told yet that its member of etcd leaves", obstacle(site));
        assertEquals(List.of(), asked);

        site.disconnect("cp3");
        assertEquals(null, obstacle(site), "one that is away cannot be told");
        assertEquals(List.of("cp3 through cp1"), asked);
    }

    @Test
    void etcdIsNotLeftWithoutAMajority() {
        var site = controlPlaneLeaves();
        site.etcd = ClusterPlannerTest.roster("cp1", "cp2", "cp3");
        site.disconnect("cp2");

        var why = String.valueOf(obstacle(site));

        assertTrue(why.startsWith("without it etcd would have 2 voters, of which 1 are there and 2 are needed"), why);
        assertEquals(List.of(), asked);
        site.reconnect("cp2");
        site.serves("cp2");
        assertEquals(null, obstacle(site));
    }

    /** A learner is no help, and one that leaves must not be asked to take itself out. */
    @Test
    void onlyMembersAreAskedToTakeOneOut() {
        var site = grown(3, 0);
        site.machine("cp4", "control-plane", "192.168.77.14");
        site.settle();
        assertEquals("JOINING", site.node("cp4").stage().name());
        site.applied("cp4", Site.ETCD);
        var nodes = site.cluster.status().nodes().stream()
                .map(node -> node.machine().equals("cp3") ? node.withStage(ClusterStatus.Stage.LEAVING) : node)
                .toList();
        var status = site.cluster.status();
        site.cluster = site.cluster.withStatus(new ClusterStatus(
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
                status.upgrade()));
        refusing.put("cp1", "busy");
        refusing.put("cp2", "busy");

        assertEquals("its member is still in etcd: busy", obstacle(site));

        assertEquals(List.of("cp3 through cp1", "cp3 through cp2"), asked);
    }
}
