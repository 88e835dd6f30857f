package dev.garboard.kubernetes.document;

import java.net.Inet4Address;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * How pods are connected.
 *
 * @param podCidr of all pods of the cluster
 * @param nodePodCidr of the pods on this node, a part of it
 * @param routes to the pods of the other nodes
 */
public record Cni(Type type, Cidr podCidr, Cidr nodePodCidr, List<Route> routes) implements NodeDocument {

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
        return new Cni(type, pods, nodePods, spec.objects("routes", route -> route(route, pods, nodePods)));
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
    }
}
