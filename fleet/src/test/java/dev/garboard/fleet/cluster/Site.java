package dev.garboard.fleet.cluster;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A site as the planner sees it, which a test changes step by step. */
final class Site {

    static final Instant NOW = Instant.parse("2026-11-23T18:15:00Z");
    static final String ETCD = "Etcd";
    static final String CONTROL_PLANE = "ControlPlane";
    static final Bundle BUNDLE = new Bundle(
            "kubernetes-1.37.2",
            KubernetesVersion.parse("1.37.2"),
            URI.create("http://192.168.77.1/bundles/kubernetes-1.37.2"),
            "0".repeat(64),
            100L << 20);

    final Map<String, MachineFacts> machines = new TreeMap<>();
    /** Stored, and not among the machines. */
    final Set<String> unread = new TreeSet<>();

    final Set<String> answering = new TreeSet<>();
    final Map<String, KubernetesFacts.NodeFacts> nodes = new HashMap<>();
    final Map<String, String> taken = new TreeMap<>();
    final Set<String> departed = new TreeSet<>();
    final Set<String> ordered = new TreeSet<>();
    final Map<String, String> emptying = new TreeMap<>();

    @Nullable
    Bundle bundle = BUNDLE;

    /** Null until etcd says who its members are. */
    @Nullable
    EtcdRoster etcd;

    String bundleTrouble = "";
    UpgradeFacts upgrade = UpgradeFacts.none();
    Instant now = NOW;

    Resource<ClusterSpec, ClusterStatus> cluster = new Resource<>(
            Kinds.CLUSTER,
            new ObjectMeta("lab", "0123456789ab", 7, 1, NOW, Map.of(), Map.of()),
            ClusterSpec.of("1.37.2", Map.of("role", "control-plane"), Map.of("role", "worker")),
            ClusterStatus.declared());

    /** Machines called cp1, cp2, … and w1, w2, …, accepted and connected. */
    static Site of(int controlPlanes, int workers) {
        var site = new Site();
        for (int i = 1; i <= controlPlanes; i++) {
            site.machine("cp" + i, "control-plane", "192.168.77." + (10 + i));
        }
        for (int i = 1; i <= workers; i++) {
            site.machine("w" + i, "worker", "192.168.77." + (20 + i));
        }
        return site;
    }

    void machine(String name, String role, String address) {
        machines.put(
                name,
                new MachineFacts(
                        name, Map.of("role", role), Acceptance.ACCEPTED, true, address, Set.of(), Set.of(), ""));
    }

    void change(String name, java.util.function.UnaryOperator<MachineFacts> change) {
        machines.computeIfPresent(name, (_, machine) -> change.apply(machine));
    }

    void applied(String name, String... kinds) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        machine.labels(),
                        machine.acceptance(),
                        machine.connected(),
                        machine.address(),
                        Set.of(kinds),
                        Set.of(kinds),
                        machine.trouble()));
    }

    void disconnect(String name) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        machine.labels(),
                        machine.acceptance(),
                        false,
                        machine.address(),
                        Set.of(),
                        Set.of(),
                        machine.trouble()));
    }

    void reconnect(String name) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        machine.labels(),
                        machine.acceptance(),
                        true,
                        machine.address(),
                        machine.applied(),
                        machine.running(),
                        machine.trouble()));
    }

    void relabel(String name, Map<String, String> labels) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        labels,
                        machine.acceptance(),
                        machine.connected(),
                        machine.address(),
                        machine.applied(),
                        machine.running(),
                        machine.trouble()));
    }

    void readdress(String name, String address) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        machine.labels(),
                        machine.acceptance(),
                        machine.connected(),
                        address,
                        machine.applied(),
                        machine.running(),
                        machine.trouble()));
    }

    /** What its documents wait for or failed with. */
    void trouble(String name, String text) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        machine.labels(),
                        machine.acceptance(),
                        machine.connected(),
                        machine.address(),
                        machine.applied(),
                        machine.running(),
                        text));
    }

    void accept(String name, Acceptance acceptance) {
        change(
                name,
                machine -> new MachineFacts(
                        name,
                        machine.labels(),
                        acceptance,
                        machine.connected(),
                        machine.address(),
                        machine.applied(),
                        machine.running(),
                        machine.trouble()));
    }

    void ready(String... names) {
        for (var name : names) {
            nodes.put(name, new KubernetesFacts.NodeFacts(true, "v1.37.2", ""));
        }
    }

    /** A control plane is through: a voter whose API answers and whose node is ready. */
    void serves(String name) {
        applied(name, ETCD, CONTROL_PLANE);
        answering.add(name);
        ready(name);
    }

    ClusterFacts facts() {
        return new ClusterFacts(
                new ArrayList<>(machines.values()),
                unread,
                taken,
                bundle,
                bundleTrouble,
                new KubernetesFacts(answering, !answering.isEmpty(), nodes, "", ""),
                "",
                emptying,
                departed,
                ordered,
                etcd,
                upgrade);
    }

    /** Plans and stores. */
    ClusterStatus step() {
        var next = ClusterPlanner.advance(cluster, facts(), now);
        cluster = cluster.withStatus(next);
        return next;
    }

    /** Plans and stores until nothing changes any more. */
    ClusterStatus settle() {
        for (var before = cluster.status(); ; before = cluster.status()) {
            if (step().equals(before)) {
                return before;
            }
        }
    }

    /** For example {@code cp1 JOINING}. */
    List<String> stages() {
        return cluster.status().nodes().stream()
                .map(node -> node.machine() + " " + node.stage())
                .toList();
    }

    Node node(String name) {
        return cluster.status().node(name).orElseThrow();
    }

    List<NodeDocument> documents(String name) {
        return new NodeParts(cluster, BUNDLE, null).of(node(name));
    }

    <D extends NodeDocument> D document(String name, Class<D> kind) {
        return documents(name).stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    String condition(String type) {
        return cluster.status().conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .map(condition -> condition.status() + " " + condition.reason() + ": " + condition.message())
                .findFirst()
                .orElse("none");
    }
}
