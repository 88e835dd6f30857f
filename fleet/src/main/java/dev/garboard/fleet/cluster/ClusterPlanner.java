package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Resource;
import java.time.Instant;
import java.util.List;

/**
 * The next status of a cluster, from what is declared, what was decided and what was seen. A pure function: it is called inside the
 * transaction that stores its outcome, and what nodes are told follows from the stored outcome only.
 */
final class ClusterPlanner {

    private ClusterPlanner() {}

    static ClusterStatus advance(Resource<ClusterSpec, ClusterStatus> cluster, ClusterFacts facts, Instant now) {
        var before = cluster.status();
        var outcome = Membership.advance(cluster.spec(), before, facts);
        var founded = outcome.bootstrapMachine() != null;
        var nodes = outcome.nodes();
        var pinned = founded && before.version() == null;
        var bundle = facts.bundle();
        return new ClusterStatus(
                phase(outcome),
                pinned ? cluster.spec().version() : before.version(),
                pinned && bundle != null ? bundle.name() : before.bundle(),
                outcome.bootstrapMachine(),
                outcome.bootstrapped(),
                count(nodes, Role.CONTROL_PLANE),
                ready(nodes, Role.CONTROL_PLANE, facts),
                count(nodes, Role.WORKER),
                ready(nodes, Role.WORKER, facts),
                nodes,
                ClusterConditions.of(cluster, outcome, facts, now));
    }

    private static String phase(Membership.Outcome outcome) {
        if (outcome.bootstrapMachine() == null) {
            return "Pending";
        }
        if (!outcome.bootstrapped()) {
            return "Bootstrapping";
        }
        if (outcome.nodes().stream()
                .anyMatch(
                        node -> node.stage() == Stage.MEMBER && !node.message().isEmpty())) {
            return "Degraded";
        }
        return outcome.nodes().stream().allMatch(node -> node.stage() == Stage.MEMBER && node.ready())
                ? "Ready"
                : "Scaling";
    }

    private static int count(List<Node> nodes, Role role) {
        return (int) nodes.stream()
                .filter(node -> node.role() == role && node.stage() != Stage.LEAVING)
                .count();
    }

    private static int ready(List<Node> nodes, Role role, ClusterFacts facts) {
        return (int) nodes.stream()
                .filter(node -> node.role() == role && node.stage() == Stage.MEMBER && node.ready())
                .filter(node ->
                        role == Role.WORKER || facts.kubernetes().answering().contains(node.machine()))
                .count();
    }
}
