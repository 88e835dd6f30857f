package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.Forms;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.Inet4Address;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How pods are connected.
 *
 * @param podCidr of all pods of the cluster
 * @param nodePodCidr of the pods on this node, a part of it
 * @param routes to the pods of the other nodes
 * @param serviceCidr of the cluster's services, which the node itself can reach then, whether it has a default route or not; null for none
 */
public record Cni(
        Type type,
        Cidr podCidr,
        Cidr nodePodCidr,
        List<Route> routes,
        @Nullable Cidr serviceCidr) implements NodeDocument {

    public static final String KIND = "Cni";

    /** Who connects the pods. */
    public enum Type {
        /** The agent: a bridge on each node, and a route to each other node. */
        BRIDGE,
        /** Somebody else, by workloads of the cluster. */
        NONE;

        /** As it is written in a document. */
        public String word() {
            return this == BRIDGE ? "bridge" : "none";
        }
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

    static Cni read(Fields spec) {
        var type = spec.oneOf("type", List.of("bridge", "none")).equals("bridge") ? Type.BRIDGE : Type.NONE;
        var pods = spec.value("podCidr", Cidr::parse);
        var nodePods = spec.value("nodePodCidr", Cidr::parse);
        if (!pods.contains(nodePods)) {
            throw spec.refusal("nodePodCidr", nodePods.toString(), "a part of podCidr " + pods);
        }
        if (nodePods.prefix() > 30) {
            throw spec.refusal("nodePodCidr", nodePods.toString(), "a prefix of at most 30, so that a pod fits");
        }
        var services = spec.valueOrNull("serviceCidr", Cidr::parse);
        if (services != null && services.overlaps(pods)) {
            throw spec.refusal("serviceCidr", services.toString(), "no overlap with podCidr " + pods);
        }
        return new Cni(type, pods, nodePods, spec.objects("routes", route -> route(route, pods, nodePods)), services);
    }

    private static Route route(Fields fields, Cidr pods, Cidr own) {
        var destination = fields.value("destination", Cidr::parse);
        if (!pods.contains(destination)) {
            throw fields.refusal("destination", destination.toString(), "a part of podCidr " + pods);
        }
        if (own.overlaps(destination)) {
            throw fields.refusal("destination", destination.toString(), "no overlap with nodePodCidr " + own);
        }
        var via = fields.value("via", Forms::address);
        if (pods.contains(via)) {
            throw fields.refusal("via", via.getHostAddress(), "a node's address, outside of podCidr " + pods);
        }
        return new Route(destination, via);
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

    @Override
    public void write(ObjectNode spec) {
        spec.put("type", type.word());
        spec.put("podCidr", podCidr.toString());
        spec.put("nodePodCidr", nodePodCidr.toString());
        var list = spec.putArray("routes");
        routes.forEach(route -> list.addObject()
                .put("destination", route.destination().toString())
                .put("via", route.via().getHostAddress()));
        if (serviceCidr != null) {
            spec.put("serviceCidr", serviceCidr.toString());
        }
    }
}
