package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterUpgrade;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an upgrade still lacks before it may go on, in words. What the API says of static pods may be minutes old, so control planes are judged
 * by what their programs say of themselves.
 *
 * @param members of the cluster, those with the new bundle and those without
 */
record UpgradeLacks(ClusterUpgrade upgrade, List<Node> members, ClusterFacts facts) {

    UpgradeLacks {
        members = List.copyOf(members);
    }

    /** What keeps the next node waiting; empty when nothing does. */
    String beforeNext(@Nullable Node next) {
        var target = upgrade.bundle();
        for (var node : controlPlanes()) {
            if (!facts.kubernetes().answering().contains(node.machine())) {
                return "the API of " + node.machine() + " does not answer"
                        + (facts.kubernetes().trouble().isEmpty()
                                ? ""
                                : " (" + facts.kubernetes().trouble() + ")");
            }
            var said = facts.upgrade().of(node.machine());
            var trouble = said.isEmpty()
                    ? "its agent was not asked yet"
                    : Objects.equals(target, node.bundle())
                            ? said.get().troubleAs(upgrade.to())
                            : said.get().troubleWithControlPlane();
            if (!trouble.isEmpty()) {
                return node.machine() + ": " + trouble;
            }
        }
        var fallen = members.stream()
                .filter(node -> Objects.equals(target, node.bundle()) && !node.ready())
                .findFirst();
        if (fallen.isPresent()) {
            return fallen.get().machine() + ", which has " + upgrade.to() + " already, is not ready: "
                    + fallen.get().message();
        }
        if (next == null) {
            return "";
        }
        var machine = facts.machine(next.machine());
        if (machine.isEmpty() || !machine.get().connected()) {
            return next.machine() + " is not connected; bring it back, or take it out of the cluster by its labels";
        }
        return next.ready() ? "" : next.machine() + " is not ready: " + next.message();
    }

    /** What a node that has the new bundle still lacks; empty when it has arrived. */
    String of(Node node) {
        var trouble = agentTrouble(node);
        if (node.role() == Role.CONTROL_PLANE) {
            var lacks = facts.upgrade()
                    .of(node.machine())
                    .map(said -> said.troubleAs(upgrade.to()))
                    .orElse("its agent was not asked yet");
            if (!lacks.isEmpty() || !facts.kubernetes().answering().contains(node.machine())) {
                return lacks.isEmpty() ? "its API is not ready yet" : lacks;
            }
        }
        if (!facts.kubernetes().reachable()) {
            return "no API answers";
        }
        if (!("v" + upgrade.to()).equals(node.kubeletVersion())) {
            return trouble.isEmpty() ? "its kubelet is " + node.kubeletVersion() : trouble;
        }
        return node.ready() ? "" : "it is not ready" + (node.message().isEmpty() ? "" : ": " + node.message());
    }

    /**
     * Who lost the API and does not follow it again: pods that moved now would be asked where they no longer are. Empty when all are back.
     */
    String lostClients() {
        var before = upgrade.endpointWatches();
        var now = facts.upgrade().endpointWatches();
        if (now != null && now >= before) {
            return "";
        }
        return "waits until those who lead traffic to pods follow the API again: "
                + (now == null ? "it cannot be asked" : now + " of " + before + " watches of EndpointSlices");
    }

    /** What its agent has not done yet, with the reason; empty when it has done all. */
    String agentTrouble(Node node) {
        var machine = facts.machine(node.machine());
        if (machine.isEmpty() || !machine.get().connected()) {
            return node.machine() + " is not connected";
        }
        var trouble = machine.get().trouble();
        return trouble.isEmpty() ? "" : node.machine() + ": " + trouble;
    }

    /** Whether its agent has tried and could not. */
    boolean hasFailed(Node node) {
        return facts.machine(node.machine())
                .map(known -> known.trouble().contains(MachineFacts.FAILED))
                .orElse(false);
    }

    private List<Node> controlPlanes() {
        return members.stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE)
                .toList();
    }
}
