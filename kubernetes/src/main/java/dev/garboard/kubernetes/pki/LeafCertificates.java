package dev.garboard.kubernetes.pki;

import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.trust.CertificateProfile;
import dev.garboard.trust.Role;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the certificates of a cluster's parts say. The names are those that Kubernetes' built-in roles are bound to. */
public final class LeafCertificates {

    /** How long the certificates of a node's own parts last; the agent replaces them in time, see {@link #isDue}. */
    public static final Duration VALIDITY = Duration.ofDays(90);

    /** The group that Kubernetes never refuses anything; only the agent and the server use it, in memory and for short. */
    public static final String MASTERS = "system:masters";

    private static final Inet4Address LOOPBACK = Cidr.address("127.0.0.1");

    private LeafCertificates() {}

    /** What an API server shows to everybody; by the Kubernetes CA. */
    public static CertificateProfile apiServer(ControlPlane document, String nodeName) {
        var names = new LinkedHashSet<String>(List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc." + document.clusterDomain(),
                "localhost",
                nodeName));
        var addresses = new LinkedHashSet<InetAddress>(
                List.of(LOOPBACK, document.kubernetesService(), document.advertiseAddress()));
        var further = new ArrayList<>(document.certSans());
        further.add(document.endpoint().host());
        for (var name : further) {
            try {
                addresses.add(Cidr.address(name));
            } catch (IllegalArgumentException dnsName) {
                names.add(name);
            }
        }
        return CertificateProfile.server("kube-apiserver", List.copyOf(names), List.copyOf(addresses));
    }

    /** What an API server shows to kubelets; by the Kubernetes CA. */
    public static CertificateProfile apiServerKubeletClient() {
        // Authorised by name through the built-in role system:kubelet-api-admin, not as a member of the masters.
        return CertificateProfile.client("kube-apiserver-kubelet-client", "system:kubelet-api-admins");
    }

    /** What an API server shows to etcd; by the etcd CA. */
    public static CertificateProfile apiServerEtcdClient() {
        return CertificateProfile.client("kube-apiserver-etcd-client");
    }

    /** What an API server shows to extension API servers; by the front-proxy CA. */
    public static CertificateProfile frontProxyClient() {
        return CertificateProfile.client("front-proxy-client");
    }

    /** What a member of etcd shows to its clients and to the other members; by the etcd CA. */
    public static CertificateProfile etcdMember(String memberName, Inet4Address address) {
        return CertificateProfile.peer(memberName, List.of("localhost", memberName), List.of(LOOPBACK, address));
    }

    /** What the agent shows to etcd; by the etcd CA. */
    public static CertificateProfile etcdAgentClient() {
        return CertificateProfile.client("garboard-agent");
    }

    /** What the controller manager shows to the API server; by the Kubernetes CA. */
    public static CertificateProfile controllerManager() {
        return CertificateProfile.client("system:kube-controller-manager");
    }

    /** What the scheduler shows to the API server; by the Kubernetes CA. */
    public static CertificateProfile scheduler() {
        return CertificateProfile.client("system:kube-scheduler");
    }

    /** What the health ports of the controller manager and the scheduler show; by the Kubernetes CA. */
    public static CertificateProfile loopbackServer(String name) {
        return CertificateProfile.server(name, List.of("localhost"), List.of(LOOPBACK));
    }

    /** What a kubelet shows to the API server; by the Kubernetes CA. */
    public static CertificateProfile kubeletClient(String nodeName) {
        return CertificateProfile.client("system:node:" + nodeName, "system:nodes");
    }

    /** What a kubelet shows to the API server when that calls it; by the Kubernetes CA. */
    public static CertificateProfile kubeletServer(String nodeName, Inet4Address nodeIp) {
        return new CertificateProfile(
                "system:node:" + nodeName,
                List.of("system:nodes"),
                List.of(nodeName),
                List.of(nodeIp),
                Set.of(CertificateProfile.Purpose.SERVER));
    }

    /** What Garboard's own programs show to the API server, before any role is bound; by the Kubernetes CA. */
    public static CertificateProfile master(String name) {
        return CertificateProfile.client(name, MASTERS);
    }

    /** What a person shows to the API server; by the Kubernetes CA. The groups are bound to roles by the cluster's add-ons. */
    public static CertificateProfile person(String name, Role role) {
        return CertificateProfile.client(name, role.organization());
    }

    /** Whether a certificate is to be replaced: two thirds of its life are over, or the clock went back behind its beginning. */
    public static boolean isDue(Instant notBefore, Instant notAfter, Instant now) {
        var life = Duration.between(notBefore, notAfter);
        return now.isBefore(notBefore) || now.isAfter(notAfter.minus(life.dividedBy(3)));
    }
}
