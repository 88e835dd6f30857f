package dev.garboard.fleet.cluster;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who has which part in a cluster, and how far each has come. Every step that must not happen twice is a field of the status; nothing here
 * remembers anything else, so a plan that was made again after a crash takes the same next step.
 */
final class Membership {

    private final ClusterSpec spec;
    private final ClusterFacts facts;
    private final Obstacles obstacles;
    private final List<Node> nodes;
    private @Nullable String bootstrapMachine;
    private boolean bootstrapped;
    /** A control plane that joins in the middle of an upgrade would be one more thing that can go wrong. */
    private final boolean upgrading;

    private Membership(ClusterSpec spec, ClusterStatus before, ClusterFacts facts) {
        this.spec = spec;
        this.facts = facts;
        this.obstacles = new Obstacles(spec, facts);
        this.nodes = new ArrayList<>(before.nodes());
        this.bootstrapMachine = before.bootstrapMachine();
        this.bootstrapped = before.bootstrapped();
        var upgrade = before.upgrade();
        this.upgrading =
                upgrade != null && upgrade.isActive() && upgrade.failure().isEmpty();
    }

    /**
     * What became of it.
     *
     * @param nodes control planes first, then by name
     */
    record Outcome(List<Node> nodes, @Nullable String bootstrapMachine, boolean bootstrapped) {}

    /** The next membership. */
    static Outcome advance(ClusterSpec spec, ClusterStatus before, ClusterFacts facts) {
        var membership = new Membership(spec, before, facts);
        membership.forgetDeparted();
        membership.select();
        membership.observe();
        membership.found();
        membership.admitControlPlane();
        membership.admitWorkers();
        membership.explain();
        membership.nodes.sort(Comparator.comparing(Node::role).thenComparing(Node::machine));
        return new Outcome(List.copyOf(membership.nodes), membership.bootstrapMachine, membership.bootstrapped);
    }

    private void forgetDeparted() {
        nodes.removeIf(node -> node.stage() == Stage.LEAVING && facts.departed().contains(node.machine()));
    }

    /**
     * New machines wait; those that are selected no more leave, or are forgotten when they never had a part. Who leaves leaves altogether,
     * and may come again as a new one.
     */
    private void select() {
        for (var node : List.copyOf(nodes)) {
            if (facts.unread().contains(node.machine())) {
                continue;
            }
            var selected = facts.machine(node.machine())
                    .filter(machine -> isEligible(machine) && machine.has(selector(node.role())))
                    .isPresent();
            if (!selected && node.stage() == Stage.WAITING) {
                nodes.remove(node);
            } else if (!selected && node.stage() != Stage.LEAVING && mayLeave(node)) {
                put(node.withStage(Stage.LEAVING));
            }
        }
        for (var machine : facts.machines()) {
            if (find(machine.name()) == null && isEligible(machine)) {
                for (var role : Role.values()) {
                    if (machine.has(selector(role))) {
                        nodes.add(new Node(machine.name(), role, null, null, Stage.WAITING, false, null, ""));
                    }
                }
            }
        }
    }

    private boolean isEligible(MachineFacts machine) {
        return machine.acceptance() != Acceptance.REJECTED && !facts.taken().containsKey(machine.name());
    }

    /** The founder may not leave before it has founded, the last control plane never, and two never at once. */
    private boolean mayLeave(Node node) {
        if (node.role() == Role.WORKER) {
            return true;
        }
        var others = nodes.stream()
                .filter(other ->
                        other.role() == Role.CONTROL_PLANE && !other.machine().equals(node.machine()))
                .toList();
        return bootstrapped
                && others.stream().anyMatch(other -> other.stage() == Stage.MEMBER)
                && others.stream().noneMatch(other -> other.stage() == Stage.LEAVING || other.stage() == Stage.JOINING);
    }

    /** Takes over what was seen, and makes members of those who have arrived. */
    private void observe() {
        for (var node : List.copyOf(nodes)) {
            var seen = facts.kubernetes().node(node.machine());
            var now = !facts.kubernetes().reachable()
                    ? node
                    : seen.map(kubernetes -> node.observed(kubernetes.ready(), kubernetes.kubeletVersion()))
                            .orElseGet(() -> node.observed(false, null));
            put(now.stage() == Stage.JOINING && hasArrived(now) ? now.withStage(Stage.MEMBER) : now);
            if (node.role() == Role.WORKER) {
                facts.machine(node.machine()).ifPresent(machine -> followAddress(node.machine(), machine));
            }
        }
    }

    private boolean hasArrived(Node node) {
        if (node.role() == Role.WORKER) {
            return node.ready();
        }
        var machine = facts.machine(node.machine());
        return machine.isPresent()
                && machine.get().applied().containsAll(List.of(Etcd.KIND, ControlPlane.KIND))
                && facts.kubernetes().answering().contains(node.machine());
    }

    /** A worker may get another lease; etcd and certificates hold the address of a control plane. */
    private void followAddress(String name, MachineFacts machine) {
        var node = find(name);
        if (node != null
                && node.podCidr() != null
                && machine.address() != null
                && !machine.address().equals(node.address())) {
            put(node.at(machine.address(), node.podCidr()));
        }
    }

    /** Chooses the one founder, once; and notes that it did, from when on nobody founds. */
    private void found() {
        if (bootstrapMachine == null) {
            candidates(Role.CONTROL_PLANE).stream()
                    .findFirst()
                    .filter(this::admit)
                    .ifPresent(node -> bootstrapMachine = node.machine());
        } else if (!bootstrapped) {
            var founder = find(bootstrapMachine);
            bootstrapped = founder != null && founder.stage() == Stage.MEMBER;
        }
    }

    /** One at a time, and only while all that are there are well: a learner that cannot catch up costs etcd its tolerance. */
    private void admitControlPlane() {
        var others = nodes.stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() != Stage.WAITING)
                .toList();
        if (bootstrapped
                && !upgrading
                && others.stream().allMatch(node -> node.stage() == Stage.MEMBER && isAnswering(node))) {
            candidates(Role.CONTROL_PLANE).stream().findFirst().ifPresent(this::admit);
        }
    }

    private void admitWorkers() {
        if (bootstrapped && isAnyApiAnswering()) {
            candidates(Role.WORKER).forEach(this::admit);
        }
    }

    private boolean isAnyApiAnswering() {
        return nodes.stream().anyMatch(node -> node.stage() == Stage.MEMBER && isAnswering(node));
    }

    private boolean isAnswering(Node node) {
        return facts.kubernetes().answering().contains(node.machine());
    }

    private List<Node> candidates(Role role) {
        return nodes.stream()
                .filter(node -> node.role() == role && node.stage() == Stage.WAITING)
                .filter(node -> obstacles.of(node, nodes).isEmpty())
                .sorted(Comparator.comparing(Node::machine))
                .toList();
    }

    private boolean admit(Node node) {
        var machine = facts.machine(node.machine()).orElseThrow();
        var share = PodNetworks.free(spec.podCidr(), nodes);
        if (machine.address() == null || share.isEmpty()) {
            return false;
        }
        put(node.at(machine.address(), share.get()).withStage(Stage.JOINING).withMessage(""));
        return true;
    }

    /** Says of each node what it waits for. */
    private void explain() {
        for (var node : List.copyOf(nodes)) {
            var machine = facts.machine(node.machine()).orElse(null);
            put(node.withMessage(
                    switch (node.stage()) {
                        case WAITING -> waiting(node);
                        case JOINING -> joining(node, machine);
                        case MEMBER -> member(node, machine);
                        case LEAVING -> leaving(node);
                    }));
        }
    }

    private String waiting(Node node) {
        var obstacle = obstacles.of(node, nodes);
        if (!obstacle.isEmpty()) {
            return obstacle;
        }
        if (upgrading && node.role() == Role.CONTROL_PLANE) {
            return "waits until the upgrade is done or has stopped";
        }
        Predicate<Node> joining = other -> other.role() == Role.CONTROL_PLANE && other.stage() == Stage.JOINING;
        return nodes.stream()
                .filter(joining)
                .findFirst()
                .map(other -> "waits until control plane " + other.machine() + " is a voter and its API answers")
                .orElse("waits until the API of every control plane answers");
    }

    private static String joining(Node node, @Nullable MachineFacts machine) {
        if (machine == null || !machine.connected()) {
            return "the machine was lost on its way; it goes on when it is back: `garboard boots " + node.machine()
                    + "` shows how far it came";
        }
        return machine.trouble().isEmpty() ? "it has its documents and is starting" : machine.trouble();
    }

    private String leaving(Node node) {
        var obstacle = facts.emptying().getOrDefault(node.machine(), "");
        return "it is being emptied; its documents go when nothing of the cluster is left on it"
                + (obstacle.isEmpty() ? "" : " (" + obstacle + ")");
    }

    private String member(Node node, @Nullable MachineFacts machine) {
        if (machine == null) {
            return obstacles.absent(node);
        }
        if (!machine.connected()) {
            return "the machine is not connected; look at its console";
        }
        if (node.role() == Role.CONTROL_PLANE
                && !String.valueOf(machine.address()).equals(node.address())) {
            return "the machine has the address " + machine.address() + ", and the cluster knows it as "
                    + node.address() + "; reserve that address in its subnet and boot it again";
        }
        if (!machine.has(selector(node.role()))) {
            return "its labels select it no more, but the cluster cannot do without it now; add another control plane first";
        }
        if (!machine.trouble().isEmpty()) {
            return machine.trouble();
        }
        return facts.kubernetes()
                .node(node.machine())
                .map(KubernetesFacts.NodeFacts::message)
                .orElse(facts.kubernetes().reachable() ? "Kubernetes has no node of that name" : "");
    }

    private Map<String, String> selector(Role role) {
        return role == Role.CONTROL_PLANE
                ? spec.controlPlane().selector()
                : spec.workers().selector();
    }

    private @Nullable Node find(String machine) {
        return nodes.stream()
                .filter(node -> node.machine().equals(machine))
                .findFirst()
                .orElse(null);
    }

    private void put(Node node) {
        nodes.replaceAll(known -> known.machine().equals(node.machine()) ? node : known);
    }
}
