package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DnsLabel;
import dev.garboard.nodeconfig.DnsName;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NameOrAddress;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.binding.Checked;
import dev.garboard.nodeconfig.binding.Place;
import dev.garboard.nodeconfig.binding.Range;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.net.Inet4Address;
import java.util.List;

/**
 * That the node runs the cluster's API server, controller manager and scheduler. Needs the secrets of
 * {@link dev.garboard.kubernetes.pki.ClusterKeys}.
 *
 * @param clusterName also the name in people's kubeconfigs
 * @param advertiseAddress at which the node's API server is reached
 * @param endpoint at which people and tools reach the cluster
 * @param apiServerPort of this node's API server
 * @param podCidr of all pods of the cluster
 * @param serviceCidr of all services, of which the API is the first address and DNS the tenth
 * @param clusterDomain DNS suffix of services
 * @param certSans further names and addresses for the API server's certificate
 */
public record ControlPlane(
        @DnsLabel String clusterName,
        Inet4Address advertiseAddress,
        HostPort endpoint,
        @Range(min = 1, max = 65535) int apiServerPort,
        Cidr podCidr,
        Cidr serviceCidr,
        @DnsName String clusterDomain,
        @WrittenEmpty List<@NameOrAddress String> certSans)
        implements NodeDocument, Checked {

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

    @Override
    public void check(Place here) {
        // Larger ones are refused by the API server, smaller ones have no room for the DNS service.
        if (serviceCidr.prefix() < 12 || serviceCidr.prefix() > 28) {
            here.field("serviceCidr").wrong(serviceCidr, "a prefix from 12 to 28");
        } else if (podCidr.overlaps(serviceCidr)) {
            here.field("serviceCidr").wrong(serviceCidr, "no overlap with podCidr " + podCidr);
        }
        if (podCidr.contains(advertiseAddress) || serviceCidr.contains(advertiseAddress)) {
            here.field("advertiseAddress")
                    .wrong(
                            advertiseAddress,
                            "an address outside of podCidr " + podCidr + " and serviceCidr " + serviceCidr);
        }
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
}
