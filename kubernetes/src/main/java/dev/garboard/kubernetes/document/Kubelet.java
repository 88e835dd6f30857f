package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.DnsName;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.binding.Default;
import dev.garboard.nodeconfig.binding.Matches;
import dev.garboard.nodeconfig.binding.OneOf;
import dev.garboard.nodeconfig.binding.Range;
import dev.garboard.nodeconfig.binding.Size;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.net.Inet4Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That the node joins a cluster. Needs the secrets {@code kubernetes-ca.crt} and, until it has joined, {@code bootstrap-token}.
 *
 * @param nodeName of the Kubernetes node
 * @param nodeIp the address that the cluster knows the node by
 * @param clusterDns address of the cluster's DNS service
 * @param clusterDomain DNS suffix of services
 * @param apiServers all API servers, for the node's own balancer
 * @param taints what the node has when it joins
 * @param maxPods how many pods may run there; null leaves the kubelet's own default
 */
public record Kubelet(
        @DnsName String nodeName,
        Inet4Address nodeIp,
        Inet4Address clusterDns,
        @DnsName String clusterDomain,
        @Size(min = 1) List<HostPort> apiServers,
        @WrittenEmpty List<Taint> taints,
        @Nullable @Range(min = 1, max = 1000) Integer maxPods)
        implements NodeDocument {

    public static final String KIND = "Kubelet";

    /** Keeps pods away that do not tolerate it. */
    public record Taint(
            @Matches(
                    value = "([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
                    expected = "a taint's key such as node-role.kubernetes.io/control-plane")
            String key,

            @Default("")
            @Matches(
                    value = "|[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
                    expected = "at most 63 letters, digits and ._-")
            String value,

            @OneOf({"NoSchedule", "PreferNoSchedule", "NoExecute"})
            String effect) {}

    public Kubelet {
        apiServers = List.copyOf(apiServers);
        taints = List.copyOf(taints);
    }

    @Override
    public String kind() {
        return KIND;
    }
}
