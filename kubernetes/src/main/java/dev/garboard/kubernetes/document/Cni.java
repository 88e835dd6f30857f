package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.binding.Checked;
import dev.garboard.nodeconfig.binding.Place;
import dev.garboard.nodeconfig.binding.Spelled;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.net.Inet4Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How pods are connected.
 *
 * @param type who connects them
 * @param podCidr of all pods of the cluster
 * @param nodePodCidr of the pods on this node, a part of it
 * @param routes to the pods of the other nodes
 * @param serviceCidr of the cluster's services, which the node itself can reach then, whether it has a default route or not; null for none
 */
public record Cni(
        Type type,
        Cidr podCidr,
        Cidr nodePodCidr,
        @WrittenEmpty List<Route> routes,
        @Nullable Cidr serviceCidr) implements NodeDocument, Checked {

    public static final String KIND = "Cni";

    /** Who connects the pods. */
    public enum Type {
        /** The agent: a bridge on each node, and a route to each other node. */
        @Spelled("bridge")
        BRIDGE,
        /** Somebody else, by workloads of the cluster. */
        @Spelled("none")
        NONE
    }

    /** Packets to {@code destination} go to the node {@code via}. */
    public record Route(Cidr destination, Inet4Address via) {}

    public Cni {
        routes = List.copyOf(routes);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void check(Place here) {
        if (!podCidr.contains(nodePodCidr)) {
            here.field("nodePodCidr").wrong(nodePodCidr, "a part of podCidr " + podCidr);
        } else if (nodePodCidr.prefix() > 30) {
            here.field("nodePodCidr").wrong(nodePodCidr, "a prefix of at most 30, so that a pod fits");
        }
        if (serviceCidr != null && serviceCidr.overlaps(podCidr)) {
            here.field("serviceCidr").wrong(serviceCidr, "no overlap with podCidr " + podCidr);
        }
        for (int i = 0; i < routes.size(); i++) {
            check(routes.get(i), here.field("routes").element(i));
        }
    }

    private void check(Route route, Place here) {
        var destination = route.destination();
        if (!podCidr.contains(destination)) {
            here.field("destination").wrong(destination, "a part of podCidr " + podCidr);
        } else if (nodePodCidr.overlaps(destination)) {
            here.field("destination").wrong(destination, "no overlap with nodePodCidr " + nodePodCidr);
        }
        if (podCidr.contains(route.via())) {
            here.field("via").wrong(route.via(), "a node's address, outside of podCidr " + podCidr);
        }
    }

    /**
     * Refuses pods in the network that the node itself stands in: it could not reach its neighbours any more.
     *
     * @throws DocumentException when they overlap
     */
    public void refuseOverlapWith(Cidr nodeNetwork) {
        if (podCidr.overlaps(nodeNetwork)) {
            throw new DocumentException("Cni/default: spec.podCidr: " + podCidr + " overlaps the node's network "
                    + nodeNetwork + "; choose a range that is used nowhere else");
        }
    }
}
