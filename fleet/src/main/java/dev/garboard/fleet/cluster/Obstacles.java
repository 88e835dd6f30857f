package dev.garboard.fleet.cluster;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.nodeconfig.Cidr;
import java.util.List;
import java.util.TreeSet;

/** Why a machine that waits for its part in a cluster cannot begin, with what helps. */
record Obstacles(ClusterSpec spec, ClusterFacts facts) {

    /**
     * That of one, or an empty text.
     *
     * @param nodes all of the cluster, whose shares of the pods' network are dealt out
     */
    String of(Node node, List<Node> nodes) {
        var machine = facts.machine(node.machine()).orElse(null);
        if (machine == null) {
            return absent(node);
        }
        if (machine.acceptance() != Acceptance.ACCEPTED) {
            return "the machine waits for acceptance: garboard machine accept " + node.machine();
        }
        if (facts.bundle() == null) {
            return "there is no bundle of Kubernetes " + spec.version();
        }
        var address = machine.address();
        if (!machine.connected() || address == null) {
            return "the machine is not connected; `garboard boots " + node.machine() + "` shows how far it came";
        }
        if (facts.ordered().contains(node.machine())) {
            return "the machine was ordered to leave a cluster and has not said yet that it did"
                    + (machine.trouble().isEmpty() ? "" : ": " + machine.trouble());
        }
        if (!machine.undeclared().isEmpty()) {
            return "the machine keeps " + String.join(", ", new TreeSet<>(machine.undeclared()))
                    + " of a cluster that this server does not know it in, and nobody ordered it to leave: is the database an"
                    + " older copy? Restore a newer one, or reset the machine: garboard node " + node.machine()
                    + " reset --disk DISK (reboot, where it keeps nothing on a disk)";
        }
        if (machine.kubeletRuns() || machine.etcdRuns()) {
            return "the machine still removes what it had of a cluster before";
        }
        if (lies(address, spec.podCidr())) {
            return cutOff(address, "podCidr " + spec.podCidr());
        }
        if (lies(address, spec.serviceCidr())) {
            return cutOff(address, "serviceCidr " + spec.serviceCidr());
        }
        return PodNetworks.free(spec.podCidr(), nodes).isEmpty()
                ? "all shares of podCidr " + spec.podCidr() + " are dealt out; it has room for no further node"
                : "";
    }

    private static boolean lies(String address, String network) {
        return Cidr.parse(network).contains(Cidr.address(address));
    }

    private static String cutOff(String address, String network) {
        return "its address " + address + " lies in the cluster's " + network
                + ", where kube-proxy would cut it off; give the machine an address outside, or the cluster another network";
    }

    /** Why nothing is known of a node's machine. */
    String absent(Node node) {
        return facts.unread().contains(node.machine())
                ? "the machine is stored and cannot be read; the node keeps what it has: /readyz?verbose says why"
                : "the machine is gone from the inventory";
    }
}
