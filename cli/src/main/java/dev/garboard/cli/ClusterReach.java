package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.Resource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How the control planes of a cluster are reached: through the server, or straight, when it is away. */
final class ClusterReach {

    @Mixin
    private SiteConnection site;

    @Option(
            names = "--address",
            paramLabel = "MACHINE=HOST[:PORT]",
            description =
                    "Straight to this control plane at this address; no server is asked. Name every control plane of"
                            + " the cluster. The port is 7444 by default.")
    private Map<String, String> addresses = new TreeMap<>();

    /** Whether no server is asked. */
    boolean isStraight() {
        return !addresses.isEmpty();
    }

    /** The control planes to ask, those that are ready first. */
    List<String> controlPlanes(String cluster) {
        if (isStraight()) {
            return List.copyOf(addresses.keySet());
        }
        var nodes = ClusterNodeCalls.controlPlanes(cluster(cluster).status());
        if (nodes.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "cluster " + cluster + " has no control plane yet; `garboard cluster status " + cluster
                            + "` says why");
        }
        return nodes.stream().map(ClusterStatus.Node::machine).toList();
    }

    /** The cluster as the server has it. */
    Resource<ClusterSpec, ClusterStatus> cluster(String name) {
        try (var api = site.open()) {
            return api.resource(Kinds.CLUSTER, name);
        }
    }

    ClusterNodeCalls calls() {
        var kubeconfig = site.kubeconfig();
        return new ClusterNodeCalls(machine -> {
            var address = addresses.get(machine);
            return address == null
                    ? NodeClient.through(kubeconfig.nodeApi(), machine, kubeconfig.identity(), kubeconfig.siteCa())
                    : NodeClient.direct(peer(machine, address), kubeconfig.identity(), kubeconfig.siteCa());
        });
    }

    private static Peer peer(String machine, String hostAndPort) {
        return NodeAddress.parse(machine, hostAndPort);
    }
}
