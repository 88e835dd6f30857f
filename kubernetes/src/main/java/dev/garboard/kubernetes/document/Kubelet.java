package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.Forms;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.Inet4Address;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * That the node joins a cluster. Needs the secrets {@code kubernetes-ca.crt} and, until it has joined, {@code bootstrap-token}.
 *
 * @param clusterDns address of the cluster's DNS service
 * @param apiServers all API servers, for the node's own balancer
 * @param maxPods null leaves the kubelet's own default
 */
public record Kubelet(
        String nodeName,
        Inet4Address nodeIp,
        Inet4Address clusterDns,
        String clusterDomain,
        List<HostPort> apiServers,
        List<Taint> taints,
        @Nullable Integer maxPods)
        implements NodeDocument {

    public static final String KIND = "Kubelet";

    /** Keeps pods away that do not tolerate it. */
    public record Taint(String key, String value, String effect) {}

    public Kubelet {
        apiServers = List.copyOf(apiServers);
        taints = List.copyOf(taints);
    }

    @Override
    public String kind() {
        return KIND;
    }

    static Kubelet read(Fields spec) {
        var servers = spec.values("apiServers", HostPort::parse);
        if (servers.isEmpty()) {
            throw spec.refusal("apiServers", "none", "at least one host:port");
        }
        return new Kubelet(
                spec.value("nodeName", Forms::dnsName),
                spec.value("nodeIp", Forms::address),
                spec.value("clusterDns", Forms::address),
                spec.value("clusterDomain", Forms::dnsName),
                servers,
                spec.objects("taints", Kubelet::taint),
                spec.integerOrNull("maxPods", 1, 1000));
    }

    private static Taint taint(Fields fields) {
        var value = fields.valueOrNull("value", Forms::taintValue);
        return new Taint(
                fields.value("key", Forms::taintKey),
                value == null ? "" : value,
                fields.oneOf("effect", List.of("NoSchedule", "PreferNoSchedule", "NoExecute")));
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("nodeName", nodeName);
        spec.put("nodeIp", nodeIp.getHostAddress());
        spec.put("clusterDns", clusterDns.getHostAddress());
        spec.put("clusterDomain", clusterDomain);
        var servers = spec.putArray("apiServers");
        apiServers.forEach(server -> servers.add(server.toString()));
        var list = spec.putArray("taints");
        taints.forEach(taint -> list.addObject()
                .put("key", taint.key())
                .put("value", taint.value())
                .put("effect", taint.effect()));
        if (maxPods != null) {
            spec.put("maxPods", maxPods);
        }
    }
}
