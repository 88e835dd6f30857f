package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.document.Cni;
import dev.garboard.kubernetes.document.ContainerRuntime;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.document.Kubelet;
import dev.garboard.kubernetes.document.KubernetesBundle;
import dev.garboard.kubernetes.document.StagedBundle;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The documents of a cluster's nodes. They follow from the stored cluster and its bundle alone. */
final class NodeParts {

    static final String CONTROL_PLANE_LABEL = "node-role.kubernetes.io/control-plane";

    private final Resource<ClusterSpec, ClusterStatus> cluster;
    private final Bundle bundle;
    private final @Nullable Bundle next;

    /**
     * Those of one node.
     *
     * @param bundle that it is to run
     * @param next that it is to make ready beside it; null when there is no upgrade
     */
    NodeParts(Resource<ClusterSpec, ClusterStatus> cluster, Bundle bundle, @Nullable Bundle next) {
        this.cluster = cluster;
        this.bundle = bundle;
        this.next = next;
    }

    /** All documents of a node. One that waits gets what takes long and depends on nobody: the programs, and what runs their images. */
    List<NodeDocument> of(Node node) {
        var documents = new ArrayList<NodeDocument>();
        documents.add(document(bundle));
        documents.add(new ContainerRuntime(null));
        if (node.stage() == Stage.WAITING) {
            return List.copyOf(documents);
        }
        documents.add(cni(node));
        if (node.role() == Role.CONTROL_PLANE) {
            documents.add(etcd(node));
            documents.add(controlPlane(node));
        }
        documents.add(kubelet(node));
        if (next != null && node.stage() != Stage.LEAVING) {
            documents.add(new StagedBundle(document(next)));
        }
        return List.copyOf(documents);
    }

    private static KubernetesBundle document(Bundle bundle) {
        return new KubernetesBundle(bundle.name(), bundle.version(), bundle.url(), bundle.manifestSha256());
    }

    private Cni cni(Node node) {
        var routes = cluster.status().nodes().stream()
                .filter(other -> !other.machine().equals(node.machine()) && other.stage() != Stage.WAITING)
                .map(other -> new Cni.Route(pods(other), address(other)))
                .toList();
        return new Cni(
                cluster.spec().podNetwork() == ClusterSpec.PodNetwork.NONE ? Cni.Type.NONE : Cni.Type.BRIDGE,
                Cidr.parse(cluster.spec().podCidr()),
                pods(node),
                routes,
                Cidr.parse(cluster.spec().serviceCidr()));
    }

    private Etcd etcd(Node node) {
        var members = voters().stream()
                .filter(other -> !other.machine().equals(node.machine()))
                .map(other -> new Etcd.Member(other.machine(), address(other)))
                .toList();
        return new Etcd(
                node.machine(), address(node), founds(node), members, token(cluster), node.stage() == Stage.LEAVING);
    }

    /** Whether this is the one node that may found, and nobody did yet: once that is over, lost data is an error and no new beginning. */
    private boolean founds(Node node) {
        return !cluster.status().bootstrapped()
                && node.machine().equals(cluster.status().bootstrapMachine());
    }

    /** Tells a cluster from one of the same name that was deleted. */
    static String token(Resource<ClusterSpec, ClusterStatus> cluster) {
        var uid = cluster.metadata().uid();
        return cluster.name() + "-" + uid.substring(0, Math.min(8, uid.length()));
    }

    private ControlPlane controlPlane(Node node) {
        var spec = cluster.spec();
        var declared = spec.endpoint();
        // Whoever asks a control plane for a kubeconfig gets one that leads to it: it lives, which the founder need
        // not.
        var endpoint = declared == null
                ? new HostPort(address(node).getHostAddress(), ControlPlane.DEFAULT_PORT)
                : HostPort.parse(declared);
        return new ControlPlane(
                cluster.name(),
                address(node),
                endpoint,
                ControlPlane.DEFAULT_PORT,
                Cidr.parse(spec.podCidr()),
                Cidr.parse(spec.serviceCidr()),
                spec.clusterDomain(),
                declared == null ? List.of() : List.of(endpoint.host()));
    }

    private Kubelet kubelet(Node node) {
        var spec = cluster.spec();
        var taints = node.role() == Role.CONTROL_PLANE && !spec.controlPlane().schedulable()
                ? List.of(new Kubelet.Taint(CONTROL_PLANE_LABEL, "", "NoSchedule"))
                : List.<Kubelet.Taint>of();
        return new Kubelet(
                node.machine(),
                address(node),
                ControlPlane.clusterDns(Cidr.parse(spec.serviceCidr())),
                spec.clusterDomain(),
                servers(),
                taints,
                null);
    }

    /** Every API server that is or was there to stay; the founder's own while there is no other. */
    private List<HostPort> servers() {
        var founder = cluster.status().bootstrapMachine();
        return cluster.status().nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE)
                .filter(node -> node.stage() == Stage.MEMBER
                        || (!cluster.status().bootstrapped() && node.machine().equals(founder)))
                .map(node -> new HostPort(address(node).getHostAddress(), ControlPlane.DEFAULT_PORT))
                .toList();
    }

    private List<Node> voters() {
        return cluster.status().nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .toList();
    }

    private static Inet4Address address(Node node) {
        return Cidr.address(Objects.requireNonNull(node.address(), "a node that waits no more has an address"));
    }

    private static Cidr pods(Node node) {
        return Cidr.parse(Objects.requireNonNull(node.podCidr(), "a node that waits no more has a share"));
    }
}
