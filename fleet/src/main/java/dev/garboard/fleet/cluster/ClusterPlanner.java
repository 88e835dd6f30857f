package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.Resource;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        var pinned = founded && before.version() == null;
        var bundle = facts.bundle();
        var upgraded = UpgradePlan.advance(cluster.spec(), before, outcome.nodes(), facts, now);
        var nodes = upgraded.nodes();
        return new ClusterStatus(
                phase(outcome, upgraded.upgrade()),
                pinned ? cluster.spec().version() : upgraded.version(),
                pinned && bundle != null ? bundle.name() : upgraded.bundle(),
                outcome.bootstrapMachine(),
                outcome.bootstrapped(),
                count(nodes, Role.CONTROL_PLANE),
                ready(nodes, Role.CONTROL_PLANE, facts),
                count(nodes, Role.WORKER),
                ready(nodes, Role.WORKER, facts),
                nodes,
                ClusterConditions.of(cluster, outcome, upgraded.upgrade(), facts, now),
                upgraded.upgrade());
    }

    private static String phase(Membership.Outcome outcome, @Nullable ClusterUpgrade upgrade) {
        if (outcome.bootstrapMachine() == null) {
            return "Pending";
        }
        if (!outcome.bootstrapped()) {
            return "Bootstrapping";
        }
        if (upgrade != null && upgrade.isActive() && upgrade.failure().isEmpty()) {
            return "Upgrading";
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
