package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was observed of a cluster, and the decisions that must never be taken twice.
 *
 * @param phase {@code Pending}, {@code Bootstrapping}, {@code Scaling}, {@code Upgrading}, {@code Ready}, {@code Degraded} or
 *     {@code Deleting}
 * @param version that the nodes run; follows the declared one when an upgrade is done
 * @param bundle name of the Kubernetes bundle that the nodes run which have no other one
 * @param bootstrapMachine the one machine that may found the cluster's etcd; never changed once it is set
 * @param bootstrapped whether it did; from then on nobody founds anything any more
 * @param nodes every machine that has a part in the cluster
 * @param upgrade the one that is on its way, or the last one; null when there was none
 */
public record ClusterStatus(
        @Default("Pending") String phase,
        @Nullable String version,
        @Nullable String bundle,
        @Nullable String bootstrapMachine,
        @Default("false") boolean bootstrapped,
        @Default("0") int controlPlanes,
        @Default("0") int controlPlanesReady,
        @Default("0") int workers,
        @Default("0") int workersReady,
        List<Node> nodes,
        List<Condition> conditions,
        @Nullable ClusterUpgrade upgrade) {

    public ClusterStatus {
        nodes = List.copyOf(nodes);
        conditions = List.copyOf(conditions);
    }

    /** The status of a cluster that nobody has worked on yet. */
    public static ClusterStatus declared() {
        return new ClusterStatus("Pending", null, null, null, false, 0, 0, 0, 0, List.of(), List.of(), null);
    }

    /** Whether an upgrade is on its way that can no more be taken back: a control plane has left the former version. */
    public boolean isBeyondReturn() {
        var now = upgrade;
        return now != null
                && now.isActive()
                && now.bundle() != null
                && nodes.stream()
                        .anyMatch(node -> node.role() == Role.CONTROL_PLANE
                                && now.bundle().equals(node.bundle()));
    }

    /** The same, of a cluster that is being deleted. */
    public ClusterStatus ending(List<Condition> newConditions) {
        return new ClusterStatus(
                "Deleting",
                version,
                bundle,
                bootstrapMachine,
                bootstrapped,
                controlPlanes,
                controlPlanesReady,
                workers,
                workersReady,
                nodes,
                newConditions,
                upgrade);
    }

    /** The node on that machine. */
    public Optional<Node> node(String machine) {
        return nodes.stream().filter(node -> node.machine().equals(machine)).findFirst();
    }

    /**
     * One machine's part in the cluster.
     *
     * @param machine its name, and that of the Kubernetes node
     * @param address the one that the cluster knows it by
     * @param podCidr its share of the cluster's pod addresses
     * @param stage how far it has come
     * @param ready whether Kubernetes says so
     * @param kubeletVersion as Kubernetes says
     * @param message what it waits for, or why it does not get on; empty when all is well
     * @param bundle that it is to run when it is not the cluster's; null otherwise
     */
    public record Node(
            String machine,
            Role role,
            @Nullable String address,
            @Nullable String podCidr,
            Stage stage,
            @Default("false") boolean ready,
            @Nullable String kubeletVersion,
            @Default("") String message,
            @Nullable String bundle) {

        /** One that runs the cluster's bundle. */
        public Node(
                String machine,
                Role role,
                @Nullable String address,
                @Nullable String podCidr,
                Stage stage,
                boolean ready,
                @Nullable String kubeletVersion,
                String message) {
            this(machine, role, address, podCidr, stage, ready, kubeletVersion, message, null);
        }

        public Node withStage(Stage newStage) {
            return new Node(machine, role, address, podCidr, newStage, ready, kubeletVersion, message, bundle);
        }

        public Node withMessage(String text) {
            return new Node(machine, role, address, podCidr, stage, ready, kubeletVersion, text, bundle);
        }

        public Node at(String newAddress, String newPodCidr) {
            return new Node(machine, role, newAddress, newPodCidr, stage, ready, kubeletVersion, message, bundle);
        }

        public Node observed(boolean isReady, @Nullable String version) {
            return new Node(machine, role, address, podCidr, stage, isReady, version, message, bundle);
        }

        public Node withBundle(@Nullable String newBundle) {
            return new Node(machine, role, address, podCidr, stage, ready, kubeletVersion, message, newBundle);
        }
    }

    /** What a node is there for. */
    public enum Role {
        CONTROL_PLANE,
        WORKER
    }

    /** How far a node has come; its documents follow from this alone. */
    public enum Stage {
        /** Selected, and not yet its turn: it fetches the programs, and has no part in the cluster. */
        WAITING,
        /** It has its documents and is on its way: a control plane is not yet a voter of etcd with an API that answers. */
        JOINING,
        /** A voter of etcd with an API, or a worker that was seen ready. */
        MEMBER,
        /** No longer selected: it is emptied, and then loses its documents. */
        LEAVING
    }
}
