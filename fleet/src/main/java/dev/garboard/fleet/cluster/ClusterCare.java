package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.pki.KubeletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done inside a cluster, through its own API: tokens for those who join, labels and taints, certificates for kubelets, and the
 * emptying of nodes that leave. Everything may be done again without harm.
 */
final class ClusterCare {

    private static final Logger log = LoggerFactory.getLogger(ClusterCare.class);

    private static final Duration REMEMBERED = Duration.ofMinutes(30);
    private static final String WORKER_LABEL = "node-role.kubernetes.io/worker";

    private final BootstrapTokens tokens;
    private final EtcdMembers etcd;
    private final InstantSource clock;
    private final Set<String> departed = new HashSet<>();
    private final Map<String, String> emptying = new HashMap<>();
    private String refusedRequest = "";
    private Instant refusedAt = Instant.MIN;

    ClusterCare(BootstrapTokens tokens, EtcdMembers etcd, InstantSource clock) {
        this.clock = clock;
        this.tokens = tokens;
        this.etcd = etcd;
    }

    /** Leaving machines that hold nothing of the cluster any more. */
    Set<String> departed() {
        return Set.copyOf(departed);
    }

    /** Why leaving machines still hold something, by name. */
    Map<String, String> emptying() {
        return Map.copyOf(emptying);
    }

    /** Why the last request of a kubelet was refused; empty when none was lately. A kubelet asks again within minutes. */
    String refusedRequest() {
        return clock.instant().isBefore(refusedAt.plus(REMEMBERED)) ? refusedRequest : "";
    }

    /** Gives tokens to those who need one and ends those that were used; the machines whose secrets changed. */
    Set<String> tokens(Resource<ClusterSpec, ClusterStatus> cluster, ClusterFacts facts, ClusterApi api) {
        var changed = new HashSet<String>();
        var uid = cluster.metadata().uid();
        for (var node : cluster.status().nodes()) {
            var machine = facts.machine(node.machine()).orElse(null);
            if (node.role() != Role.WORKER || node.stage() == Stage.WAITING || machine == null) {
                continue;
            }
            if (machine.kubeletRuns() || node.stage() == Stage.LEAVING) {
                if (node.ready() && tokens.spend(uid, node.machine(), api)) {
                    changed.add(node.machine());
                }
            } else if (machine.connected() && tokens.provide(uid, node.machine(), api)) {
                changed.add(node.machine());
            }
        }
        return changed;
    }

    /** Labels and taints as the cluster wants them; others' stay. */
    void marks(Resource<ClusterSpec, ClusterStatus> cluster, ClusterObserver.Observation seen, ClusterApi api) {
        for (var node : cluster.status().nodes()) {
            var known = seen.nodes().get(node.machine());
            if (known == null || node.stage() == Stage.LEAVING) {
                continue;
            }
            var labels = new HashMap<String, String>();
            labels.put(node.role() == Role.CONTROL_PLANE ? NodeParts.CONTROL_PLANE_LABEL : WORKER_LABEL, "");
            var taints = taints(cluster.spec(), node, known.taints());
            if (!known.labels().entrySet().containsAll(labels.entrySet()) || !taints.equals(known.taints())) {
                api.mark(node.machine(), labels, taints.equals(known.taints()) ? null : taints);
            }
        }
    }

    private static List<KubernetesNode.Taint> taints(ClusterSpec spec, Node node, List<KubernetesNode.Taint> present) {
        var wanted = node.role() == Role.CONTROL_PLANE && !spec.controlPlane().schedulable();
        var taints = new ArrayList<>(present);
        var there = taints.stream().anyMatch(taint -> taint.key().equals(NodeParts.CONTROL_PLANE_LABEL));
        if (wanted && !there) {
            taints.add(new KubernetesNode.Taint(NodeParts.CONTROL_PLANE_LABEL, "", "NoSchedule"));
        } else if (!wanted && there) {
            taints.removeIf(taint -> taint.key().equals(NodeParts.CONTROL_PLANE_LABEL));
        }
        return taints;
    }

    /** Issues certificates to kubelets whose request is that of their machine, and refuses the others. */
    void requests(Resource<ClusterSpec, ClusterStatus> cluster, ClusterApi api) {
        for (var request : api.openRequests()) {
            var refusal = request.signer().equals(KubeletRequest.SERVING)
                    ? request.refusalToServe(address(cluster.status(), request))
                    : refusalToJoin(request, api);
            if (refusal == null) {
                continue;
            }
            api.decide(request, refusal.isEmpty(), refusal.isEmpty() ? "as the inventory has it" : refusal);
            if (!refusal.isEmpty()) {
                refusedAt = clock.instant();
                refusedRequest = "request " + request.name() + " was refused: " + refusal
                        + ". Look at that machine: its name or address is not the one in the inventory, or somebody"
                        + " else asked";
                log.atWarn()
                        .addKeyValue("cluster", cluster.name())
                        .addKeyValue("request", request.name())
                        .addKeyValue("reason", refusal)
                        .log("certificate refused");
            }
        }
    }

    /** Null for a renewal: that is between the kubelet and Kubernetes' own controller. */
    private static @Nullable String refusalToJoin(KubeletRequest request, ClusterApi api) {
        var token = request.tokenId();
        return token == null ? null : request.refusalToJoin(api.machineOf(token).orElse(null));
    }

    private static @Nullable String address(ClusterStatus status, KubeletRequest request) {
        var name = request.node();
        return name == null
                ? null
                : status.node(name)
                        .filter(node -> node.stage() != Stage.WAITING)
                        .map(Node::address)
                        .orElse(null);
    }

    /**
     * Empties those that leave: pods first, then the member of etcd, then the node. Only when all three are gone is the machine ordered to
     * forget what it has.
     *
     * @param before the status that the facts are of: what a machine has said of its documents says nothing of one that leaves only since then
     */
    void departures(
            ClusterStatus before,
            Resource<ClusterSpec, ClusterStatus> cluster,
            ClusterFacts facts,
            Map<String, KubernetesNode> nodes,
            ClusterApi api) {
        var leaving = cluster.status().nodes().stream()
                .filter(node -> node.stage() == Stage.LEAVING
                        && before.node(node.machine())
                                .filter(earlier -> earlier.stage() == Stage.LEAVING)
                                .isPresent())
                .toList();
        var names = leaving.stream().map(Node::machine).toList();
        departed.retainAll(names);
        emptying.keySet().retainAll(names);
        for (var node : leaving) {
            var obstacle = obstacle(cluster.status(), facts, nodes.get(node.machine()), node, api);
            if (obstacle.isEmpty()) {
                emptying.remove(node.machine());
                api.remove(node.machine());
                departed.add(node.machine());
            } else if (!obstacle.equals(emptying.put(node.machine(), obstacle))) {
                log.atInfo()
                        .addKeyValue("node", node.machine())
                        .addKeyValue("reason", obstacle)
                        .log("cannot leave yet");
            }
        }
    }

    private String obstacle(
            ClusterStatus status, ClusterFacts facts, @Nullable KubernetesNode known, Node node, ClusterApi api) {
        boolean lost =
                !facts.machine(node.machine()).map(MachineFacts::connected).orElse(false);
        // The kubelet of a dead machine never says that a pod has ended; Kubernetes clears up after a node that is
        // gone.
        boolean dead = lost && known != null && !known.ready();
        if (known != null && !dead) {
            var drain = api.drain(node.machine(), ClusterApi.Ownerless.GO);
            if (!drain.isDone()) {
                return drain.left() + " pods are still there"
                        + (drain.refused().isEmpty()
                                ? ""
                                : "; " + drain.refused().getFirst());
            }
        }
        return node.role() == Role.CONTROL_PLANE ? removeFromEtcd(status, facts, node) : "";
    }

    private String removeFromEtcd(ClusterStatus status, ClusterFacts facts, Node node) {
        var leaving = facts.machine(node.machine()).filter(MachineFacts::connected);
        if (leaving.isPresent() && !leaving.get().told().contains(Etcd.KIND)) {
            // One that does not know would take its removal for an accident, and join anew.
            return "it was not told yet that its member of etcd leaves";
        }
        var roster = facts.etcd();
        var refusal = roster == null
                ? ""
                : roster.refusalToLose(
                        node,
                        name -> facts.machine(name).map(MachineFacts::etcdRuns).orElse(false));
        if (!refusal.isEmpty()) {
            return refusal;
        }
        var trouble = "no other member of etcd is connected";
        for (var other : status.nodes()) {
            if (other.role() == Role.CONTROL_PLANE
                    && other.stage() == Stage.MEMBER
                    && facts.machine(other.machine())
                            .map(MachineFacts::etcdRuns)
                            .orElse(false)) {
                var refused = etcd.remove(other.machine(), node.machine());
                if (refused.isEmpty()) {
                    return "";
                }
                trouble = refused.get();
            }
        }
        return "its member is still in etcd: " + trouble;
    }
}
