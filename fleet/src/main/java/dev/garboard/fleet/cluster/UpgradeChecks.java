package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.KubernetesVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an upgrade needs before anything is changed. Each check says what was found, and when it does not pass also what helps. */
final class UpgradeChecks {

    /** A kubelet may be this many minor versions older than the API, and never newer (Kubernetes' version skew policy). */
    private static final int OLDEST_KUBELET = 3;

    private static final Pattern VERSION = Pattern.compile("v?(\\d+)\\.(\\d+)\\..*");
    private static final int MOST_NAMED = 8;

    private final Resource<ClusterSpec, ClusterStatus> cluster;
    private final KubernetesVersion to;
    private final Seen seen;

    /**
     * What was asked for.
     *
     * @param answering machines whose API is ready
     * @param nodes of Kubernetes, by name; null when no API could be asked
     * @param trouble why an API could not be asked
     * @param said by agents, by machine
     * @param alarms of etcd; null when nobody could be asked
     * @param removed APIs in use that will go; null when an API server could not be asked
     * @param ownerless pods on nodes that will be emptied which nobody would start again
     */
    record Seen(
            @Nullable Bundle target,
            Map<String, MachineFacts> machines,
            Set<String> answering,
            @Nullable Map<String, KubernetesNode> nodes,
            String trouble,
            Map<String, NodeSaid> said,
            @Nullable List<String> alarms,
            @Nullable List<DeprecatedApi> removed,
            List<String> ownerless) {}

    UpgradeChecks(Resource<ClusterSpec, ClusterStatus> cluster, KubernetesVersion to, Seen seen) {
        this.cluster = cluster;
        this.to = to;
        this.seen = seen;
    }

    List<UpgradeCheck> all() {
        return List.of(
                version(), bundle(), nodes(), api(), etcd(), controlPlane(), skew(), removedApis(), pods(), room());
    }

    private UpgradeCheck version() {
        var runs = cluster.status().version();
        if (runs == null) {
            return refused("version", "the cluster does not run yet; change spec.version, and it begins with that");
        }
        return to.mayFollow(KubernetesVersion.parse(runs))
                ? passed("version", "from " + runs + " to " + to)
                : refused(
                        "version",
                        "it runs " + runs + ", and " + to
                                + " was asked for; allowed is a later release of the same minor"
                                + " version or one of the next: no minor version may be left out, and etcd's data does"
                                + " not go back");
    }

    private UpgradeCheck bundle() {
        return seen.target() == null
                ? refused(
                        "bundle",
                        "no bundle of Kubernetes " + to
                                + " was imported; import one: garboard kubernetes import DIRECTORY")
                : passed("bundle", seen.target().name() + " is imported");
    }

    private UpgradeCheck nodes() {
        var unready = cluster.status().nodes().stream()
                .filter(node -> node.stage() != Stage.WAITING)
                .map(this::troubleOf)
                .filter(text -> !text.isEmpty())
                .toList();
        return unready.isEmpty()
                ? passed("nodes", members().size() + " nodes are connected and ready")
                : refused(
                        "nodes", some(unready) + "; bring them back, or take them out of the cluster by their labels");
    }

    private String troubleOf(Node node) {
        var machine = seen.machines().get(node.machine());
        if (node.stage() != Stage.MEMBER) {
            return node.machine() + " is " + (node.stage() == Stage.JOINING ? "joining" : "leaving");
        }
        if (machine == null || !machine.connected()) {
            return node.machine() + " is not connected";
        }
        var known = seen.nodes() == null ? null : seen.nodes().get(node.machine());
        if (known == null || !known.ready()) {
            return node.machine() + " is not ready"
                    + (known == null || known.message().isEmpty() ? "" : ": " + known.message());
        }
        return "";
    }

    private UpgradeCheck api() {
        var silent = controlPlanes().stream()
                .map(Node::machine)
                .filter(machine -> !seen.answering().contains(machine))
                .toList();
        return silent.isEmpty()
                ? passed("api", "the API of " + names(controlPlanes()) + " is ready")
                : refused(
                        "api",
                        "the API of " + String.join(", ", silent) + " is not ready"
                                + (seen.trouble().isEmpty() ? "" : " (" + seen.trouble() + ")")
                                + "; look at that machine: garboard node services MACHINE");
    }

    private UpgradeCheck etcd() {
        var found = new ArrayList<String>();
        for (var node : controlPlanes()) {
            var said = seen.said().get(node.machine());
            var etcd = said == null ? null : said.etcd();
            if (etcd == null) {
                found.add("the member on " + node.machine() + " says nothing"
                        + (said == null || said.trouble().isEmpty() ? "" : ": " + said.trouble()));
            } else if (etcd.getLearner()) {
                found.add("the member on " + node.machine() + " does not vote yet");
            } else if (etcd.getLeaderId().isEmpty()) {
                found.add("the member on " + node.machine() + " knows no leader");
            } else {
                etcd.getErrorsList().forEach(error -> found.add("the member on " + node.machine() + ": " + error));
            }
        }
        var alarms = seen.alarms();
        if (alarms == null) {
            found.add("no member could be asked for alarms");
        } else if (!alarms.isEmpty()) {
            found.add("alarms: " + String.join(", ", new TreeSet<>(alarms)));
        }
        return found.isEmpty()
                ? passed("etcd", controlPlanes().size() + " members vote, and there is no alarm")
                : refused(
                        "etcd",
                        some(found) + "; see garboard cluster etcd status " + cluster.name()
                                + " and garboard cluster etcd alarms " + cluster.name());
    }

    private UpgradeCheck controlPlane() {
        var sick = controlPlanes().stream()
                .map(node -> {
                    var said = seen.said().get(node.machine());
                    var trouble = said == null ? "was not asked" : said.troubleWithControlPlane();
                    return trouble.isEmpty() ? "" : node.machine() + ": " + trouble;
                })
                .filter(text -> !text.isEmpty())
                .toList();
        return sick.isEmpty()
                ? passed(
                        "control-plane",
                        "API server, controller manager and scheduler of " + names(controlPlanes()) + " are well")
                : refused("control-plane", some(sick) + "; cure that first: garboard cluster status " + cluster.name());
    }

    /** Also nodes that are in Kubernetes only, and not in the inventory. */
    private UpgradeCheck skew() {
        var found = new ArrayList<String>();
        for (var node :
                seen.nodes() == null ? List.<KubernetesNode>of() : seen.nodes().values()) {
            var kubelet = VERSION.matcher(node.kubeletVersion());
            if (!kubelet.matches()) {
                found.add(node.name() + " does not say which version its kubelet has");
                continue;
            }
            int minor = Integer.parseInt(kubelet.group(2));
            if (minor > to.minor()) {
                found.add("the kubelet of " + node.name() + " is " + node.kubeletVersion() + ", newer than " + to);
            } else if (minor < to.minor() - OLDEST_KUBELET) {
                found.add("the kubelet of " + node.name() + " is " + node.kubeletVersion() + ", more than "
                        + OLDEST_KUBELET + " minor versions older than " + to);
            }
        }
        for (var node : controlPlanes()) {
            var said = seen.said().get(node.machine());
            var api = said == null ? "unknown" : said.apiVersion().orElse("unknown");
            if (!api.equals("v" + cluster.status().version())) {
                found.add("the API server of " + node.machine() + " is " + api + ", expected v"
                        + cluster.status().version());
            }
        }
        if (seen.nodes() == null) {
            found.add("no API could be asked for its nodes");
        }
        return found.isEmpty()
                ? passed(
                        "skew",
                        "every API server is v" + cluster.status().version() + ", and every kubelet may stay with " + to
                                + " for a while")
                : refused("skew", some(found) + "; bring these to the version of the cluster first");
    }

    private UpgradeCheck removedApis() {
        var removed = seen.removed();
        if (removed == null || seen.answering().isEmpty()) {
            return refused(
                    "removed-apis", "an API server does not tell which APIs were used; try again when all answer");
        }
        var gone = removed.stream()
                .filter(api -> !api.isThereIn(to.minorVersion()))
                .map(DeprecatedApi::toString)
                .sorted()
                .toList();
        return gone.isEmpty()
                ? passed(
                        "removed-apis",
                        "since the API servers started nobody used an API that " + to + " does not have")
                : refused(
                        "removed-apis",
                        "in use since the API servers started, and not in " + to + ": " + some(gone)
                                + "; bring the clients of these to a newer version of the API. An API server forgets its"
                                + " count when it is started again");
    }

    private UpgradeCheck pods() {
        return seen.ownerless().isEmpty()
                ? passed("pods", "every pod that must go elsewhere has a controller that starts it there")
                : refused(
                        "pods",
                        "nobody would start these again: " + some(seen.ownerless())
                                + "; delete them, or give them to a Deployment or another controller");
    }

    private UpgradeCheck room() {
        var target = seen.target();
        if (target == null) {
            return passed("room", "not looked at without a bundle");
        }
        var small = new ArrayList<String>();
        for (var node : members()) {
            var said = seen.said().get(node.machine());
            var kubernetes = said == null ? null : said.kubernetes();
            if (kubernetes == null) {
                small.add(node.machine() + " does not say how much room it has");
            } else if (kubernetes.getBundleRoomBytes() < target.size()) {
                small.add(node.machine() + " has room for " + (kubernetes.getBundleRoomBytes() >> 20) + " MiB");
            }
        }
        return small.isEmpty()
                ? passed("room", "every node has room for the " + (target.size() >> 20) + " MiB of the second bundle")
                : refused(
                        "room",
                        "the second bundle needs " + (target.size() >> 20) + " MiB on every node: " + some(small)
                                + "; give these more memory or a disk");
    }

    private List<Node> members() {
        return cluster.status().nodes().stream()
                .filter(node -> node.stage() == Stage.MEMBER)
                .toList();
    }

    private List<Node> controlPlanes() {
        return members().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE)
                .toList();
    }

    private static String names(List<Node> nodes) {
        return nodes.stream().map(Node::machine).collect(Collectors.joining(", "));
    }

    private static String some(List<String> all) {
        return Stream.concat(
                        all.stream().limit(MOST_NAMED),
                        all.size() > MOST_NAMED
                                ? Stream.of("and " + (all.size() - MOST_NAMED) + " more")
                                : Stream.empty())
                .collect(Collectors.joining("; "));
    }

    private static UpgradeCheck passed(String name, String message) {
        return new UpgradeCheck(name, true, message);
    }

    private static UpgradeCheck refused(String name, String message) {
        return new UpgradeCheck(name, false, message);
    }
}
