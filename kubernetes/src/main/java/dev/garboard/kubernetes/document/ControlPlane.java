package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.Forms;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.Inet4Address;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * That the node runs the cluster's API server, controller manager and scheduler. Needs the secrets of
 * {@link dev.garboard.kubernetes.pki.ClusterKeys}.
 *
 * @param advertiseAddress at which the node's API server is reached
 * @param endpoint at which people and tools reach the cluster
 * @param certSans further names and addresses for the API server's certificate
 */
public record ControlPlane(
        String clusterName,
        Inet4Address advertiseAddress,
        HostPort endpoint,
        int apiServerPort,
        Cidr podCidr,
        Cidr serviceCidr,
        String clusterDomain,
        List<String> certSans)
        implements NodeDocument {

    public static final String KIND = "ControlPlane";

    /** The API server's usual port. */
    public static final int DEFAULT_PORT = 6443;

    /** Position of the DNS service in the service network. */
    private static final int DNS_HOST = 10;

    public ControlPlane {
        certSans = List.copyOf(certSans);
    }

    @Override
    public String kind() {
        return KIND;
    }

    static ControlPlane read(Fields spec) {
        var pods = spec.value("podCidr", Cidr::parse);
        var services = spec.value("serviceCidr", Cidr::parse);
        // Larger ones are refused by the API server, smaller ones have no room for the DNS service.
        if (services.prefix() < 12 || services.prefix() > 28) {
            throw spec.refusal("serviceCidr", services.toString(), "a prefix from 12 to 28");
        }
        if (pods.overlaps(services)) {
            throw spec.refusal("serviceCidr", services.toString(), "no overlap with podCidr " + pods);
        }
        var address = spec.value("advertiseAddress", Forms::address);
        if (pods.contains(address) || services.contains(address)) {
            throw spec.refusal(
                    "advertiseAddress",
                    address.getHostAddress(),
                    "an address outside of podCidr " + pods + " and serviceCidr " + services);
        }
        return new ControlPlane(
                spec.value("clusterName", Forms::label),
                address,
                spec.value("endpoint", HostPort::parse),
                spec.integer("apiServerPort", 1, 65535),
                pods,
                services,
                spec.value("clusterDomain", Forms::dnsName),
                spec.values("certSans", Forms::nameOrAddress));
    }

    /** Address of the API server as a service inside the cluster. */
    public Inet4Address kubernetesService() {
        return serviceCidr.host(1);
    }

    /** Address of the cluster's DNS service. */
    public Inet4Address clusterDns() {
        return clusterDns(serviceCidr);
    }

    /** Address of the DNS service of a cluster with this service network. */
    public static Inet4Address clusterDns(Cidr serviceCidr) {
        return serviceCidr.host(DNS_HOST);
    }

    /**
     * Refuses pods or services in the network that the node itself stands in: kube-proxy drops packets to services that do not exist, and
     * with them would be cut off without a word.
     *
     * @throws DocumentException when they overlap
     */
    public void refuseOverlapWith(Cidr nodeNetwork) {
        if (serviceCidr.overlaps(nodeNetwork)) {
            throw overlap("serviceCidr", serviceCidr, nodeNetwork);
        }
        if (podCidr.overlaps(nodeNetwork)) {
            throw overlap("podCidr", podCidr, nodeNetwork);
        }
    }

    private static DocumentException overlap(String field, Cidr range, Cidr nodeNetwork) {
        return new DocumentException("ControlPlane/default: spec." + field + ": " + range
                + " overlaps the node's network " + nodeNetwork + "; choose a range that is used nowhere else");
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("clusterName", clusterName);
        spec.put("advertiseAddress", advertiseAddress.getHostAddress());
        spec.put("endpoint", endpoint.toString());
        spec.put("apiServerPort", apiServerPort);
        spec.put("podCidr", podCidr.toString());
        spec.put("serviceCidr", serviceCidr.toString());
        spec.put("clusterDomain", clusterDomain);
        var sans = spec.putArray("certSans");
        certSans.forEach(sans::add);
    }
}
