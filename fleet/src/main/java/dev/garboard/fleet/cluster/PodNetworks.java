package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterStatus;
import dev.garboard.nodeconfig.Cidr;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Deals out the cluster's pod addresses: a /24 for each node. */
final class PodNetworks {

    private static final int NODE_PREFIX = 24;

    private PodNetworks() {}

    /** The first share that no node has; empty when all are dealt out. */
    static Optional<String> free(String podCidr, Collection<ClusterStatus.Node> nodes) {
        var pods = Cidr.parse(podCidr);
        var taken = nodes.stream()
                .map(ClusterStatus.Node::podCidr)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        int shares = 1 << (NODE_PREFIX - pods.prefix());
        for (int i = 0; i < shares; i++) {
            var share = pods.subnet(i, NODE_PREFIX).toString();
            if (!taken.contains(share)) {
                return Optional.of(share);
            }
        }
        return Optional.empty();
    }
}
