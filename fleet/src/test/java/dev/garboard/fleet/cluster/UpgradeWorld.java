package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import dev.garboard.inventory.ClusterSnapshot;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.ClusterUpgrade.Phase;
import dev.garboard.inventory.ClusterUpgrade.Step;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.StagedBundle;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A cluster that does what it is told to, each round a little: what the plan makes of that is tested. */
final class UpgradeWorld {

    static final Bundle OLD = bundle("1.36.3");
    static final Bundle NEW = bundle("1.37.2");

    final Site site;
    /** Nodes whose programs do not come up with the new version. */
    final Set<String> broken = new TreeSet<>();
    /** Nodes that do not get the next bundle ready. */
    final Set<String> unstaged = new TreeSet<>();
    /** Nodes that Kubernetes does not call ready, each with what they run. */
    final Set<String> fallen = new TreeSet<>();
    /** Pods that may not leave, by node: what their budget says. */
    final Map<String, String> budgets = new TreeMap<>();

    final Set<String> cordoned = new TreeSet<>();
    final List<String> events = new ArrayList<>();
    List<UpgradeCheck> checks = List.of(new UpgradeCheck("bundle", true, "it is imported"));
    /** The control plane whose member of etcd leads. */
    String leader = "";

    int snapshots;
    /** Whether etcd can be saved; what stands in the way, when something does. */
    boolean saves = true;

    String snapshotTrouble = "";
    /** What the add-ons still wait for; null when nobody can tell. */
    @Nullable
    String addOns = "";
    /** Clients that follow where pods are; null when nobody can tell. */
    @Nullable
    Integer followers = 7;

    /** What only the server's memory holds. */
    private final Map<String, Drain> drains = new HashMap<>();

    private @Nullable ClusterSnapshot saved;

    private UpgradeWorld(Site site) {
        this.site = site;
    }

    private static Bundle bundle(String version) {
        return new Bundle(
                "kubernetes-" + version,
                KubernetesVersion.parse(version),
                URI.create("http://192.168.77.1/bundles/kubernetes-" + version),
                "0".repeat(64),
                100L << 20);
    }

    /** A cluster of 1.36.3, with everybody ready. */
    static UpgradeWorld of(int controlPlanes, int workers) {
        var site = Site.of(controlPlanes, workers);
        site.bundle = OLD;
        site.cluster = site.cluster.withSpec(site.cluster.spec().withVersion("1.36.3"));
        for (int round = 0; round < 20; round++) {
            site.step();
            for (var node : site.cluster.status().nodes()) {
                if (node.stage() == ClusterStatus.Stage.JOINING) {
                    site.serves(node.machine());
                    if (node.role() == Role.WORKER) {
                        site.answering.remove(node.machine());
                    }
                    site.nodes.put(node.machine(), new KubernetesFacts.NodeFacts(true, "v1.36.3", ""));
                }
            }
        }
        return new UpgradeWorld(site);
    }

    void want(String version) {
        site.cluster = site.cluster.withSpec(site.cluster.spec().withVersion(version));
    }

    @Nullable
    ClusterUpgrade upgrade() {
        return site.cluster.status().upgrade();
    }

    /** Everything that is not stored is lost. */
    void crash() {
        drains.clear();
    }

    /** One round: nodes follow what is stored, the plan is made and stored, and what it asks for is done. */
    void round() {
        site.now = site.now.plus(Duration.ofSeconds(1));
        follow();
        site.upgrade = facts();
        var before = site.cluster.status();
        site.step();
        note(before, site.cluster.status());
        act();
    }

    void rounds(int number) {
        for (int i = 0; i < number; i++) {
            round();
        }
    }

    /** Until that happens. */
    void until(String event) {
        for (int i = 0; i < 200 && !events.contains(event); i++) {
            round();
        }
        if (!events.contains(event)) {
            throw new AssertionError("no " + event + ": " + events);
        }
    }

    /** Until it is done. */
    void finish() {
        for (int i = 0; i < 200; i++) {
            round();
            var upgrade = upgrade();
            if (upgrade != null && !upgrade.isActive()) {
                return;
            }
        }
        throw new AssertionError("not done: " + upgrade());
    }

    private void follow() {
        var upgrade = upgrade();
        for (var node : site.cluster.status().nodes()) {
            if (upgrade != null && upgrade.isFetched() && node.stage() != ClusterStatus.Stage.WAITING) {
                var applied = new TreeSet<>(Set.of(Site.ETCD, Site.CONTROL_PLANE, StagedBundle.KIND));
                if (unstaged.contains(node.machine())) {
                    applied.remove(StagedBundle.KIND);
                }
                site.applied(node.machine(), applied.toArray(String[]::new));
            }
            boolean ready = !fallen.contains(node.machine());
            site.nodes.put(
                    node.machine(),
                    new KubernetesFacts.NodeFacts(ready, "v" + runs(node), ready ? "" : "its network is not ready"));
        }
    }

    private String runs(Node node) {
        var bundle = node.bundle() == null ? site.cluster.status().bundle() : node.bundle();
        return NEW.name().equals(bundle) && !broken.contains(node.machine()) ? "1.37.2" : "1.36.3";
    }

    private UpgradeFacts facts() {
        var said = new HashMap<String, NodeSaid>();
        for (var node : site.cluster.status().nodes()) {
            if (node.role() == Role.CONTROL_PLANE) {
                said.put(node.machine(), said(runs(node), node.machine().equals(leader)));
            }
        }
        return new UpgradeFacts(NEW, checks, saved, snapshotTrouble, said, cordoned, drains, followers, addOns);
    }

    static NodeSaid said(String version) {
        return said(version, false);
    }

    private static NodeSaid said(String version, boolean leads) {
        return new NodeSaid(
                KubernetesStatusResponse.newBuilder()
                        .addComponents(KubernetesComponent.newBuilder()
                                .setName(NodeSaid.API_SERVER)
                                .setHealthy(true)
                                .setVersion("v" + version))
                        .setBundleRoomBytes(1L << 30)
                        .build(),
                EtcdStatusResponse.newBuilder()
                        .setLeaderId("1")
                        .setMemberId(leads ? "1" : "2")
                        .build(),
                "");
    }

    private void act() {
        var upgrade = upgrade();
        if (upgrade == null || !upgrade.isActive()) {
            return;
        }
        if (upgrade.phase() == Phase.SAVING && saved == null && saves) {
            snapshots++;
            saved = new ClusterSnapshot("/site/snapshots/lab.db", "a".repeat(64), 4096);
        }
        var machine = upgrade.machine();
        drains.clear();
        if (machine != null && upgrade.step() == Step.DRAINING) {
            cordoned.add(machine);
            var budget = budgets.get(machine);
            drains.put(machine, budget == null ? new Drain(0, List.of()) : new Drain(1, List.of(budget)));
        } else if (machine != null && upgrade.step() == Step.RETURNING) {
            cordoned.remove(machine);
        }
    }

    /** Only what changed. */
    private void note(ClusterStatus before, ClusterStatus after) {
        for (var node : after.nodes()) {
            var was = before.node(node.machine()).map(Node::bundle).orElse(null);
            if (node.bundle() != null && !node.bundle().equals(was)) {
                events.add(node.machine() + " moves");
            }
        }
        var was = place(before.upgrade());
        var is = place(after.upgrade());
        if (!is.equals(was)) {
            events.add(is);
        }
    }

    private static String place(@Nullable ClusterUpgrade upgrade) {
        if (upgrade == null) {
            return "none";
        }
        return upgrade.phase() + (upgrade.machine() == null ? "" : " " + upgrade.machine() + " " + upgrade.step());
    }
}
