package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.containers.ContainerCalls;
import dev.garboard.agent.kubernetes.controlplane.BundleChange;
import dev.garboard.agent.kubernetes.controlplane.CertificateRotation;
import dev.garboard.agent.kubernetes.controlplane.ClusterOfNode;
import dev.garboard.agent.kubernetes.controlplane.ControlPlaneApplier;
import dev.garboard.agent.kubernetes.controlplane.ControlPlanePaths;
import dev.garboard.agent.kubernetes.controlplane.EtcdApplier;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestore;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreCalls;
import dev.garboard.agent.kubernetes.controlplane.KubernetesCalls;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything that makes the node part of a cluster. Made when the first documents arrive: a node without any never loads
 * these classes.
 */
public final class KubernetesNode {

    /** Stage-0 puts it there out of the signed initramfs. */
    private static final Path RELEASE_CERTIFICATE = Path.of("/run/garboard/release.crt");

    private final DocumentEngine engine;
    private final KubernetesCalls calls;
    private final ContainerCalls containers;

    /** What of the node the appliers work with. */
    public record Parts(
            Children children,
            Supervisor supervisor,
            ServiceTable services,
            RandomGenerator random,
            Supplier<List<Disk>> disks) {}

    /**
     * Assembles the appliers, in the order in which their kinds are applied, and starts the engine.
     *
     * @param machine this node's name in the inventory
     * @param changed called when the status of a document or an order has changed
     */
    public KubernetesNode(Parts parts, Supplier<String> machine, Runnable changed) {
        var shelf = new BundleShelf();
        var kernel = new NodeKernel();
        var tools = new ProgramCall(parts.children(), List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        var clock = InstantSource.system();
        var certificateService = parts.services().add("certificates", "Replaces the cluster's certificates in time");
        var certificates = new CertificateRotation(certificateService, clock);
        var paths = ControlPlanePaths.ofNode();
        var restore = new EtcdRestore(paths);
        var etcd = new EtcdApplier(parts, shelf, paths, certificates, restore);
        var kubelet = new KubeletApplier(parts, shelf);
        var change = new BundleChange(paths.manifests(), kubelet::endUnlessOf);
        var controlPlane = new ControlPlaneApplier(parts, shelf, paths, certificates, etcd, restore, clock);
        var fetch = new BundleFetch(RELEASE_CERTIFICATE);
        calls = new KubernetesCalls(
                shelf,
                parts.services(),
                certificates,
                etcd,
                controlPlane,
                new EtcdRestoreCalls(parts.children(), shelf, restore, etcd, controlPlane),
                clock);
        containers = new ContainerCalls(NodePaths.CONTAINERD_SOCKET, parts.services());
        parts.supervisor().start(certificateService, certificates);
        var diskService =
                parts.services().add("disk", "Watches that the node's data has room and its programs are undamaged");
        parts.supervisor().start(diskService, DiskWatch.ofNode(diskService));
        List<DocumentApplier> appliers = List.of(
                new StateDiskApplier(tools, shelf, parts.disks()),
                new BundleApplier(parts.services(), shelf, fetch),
                new RegistryMirrorApplier(),
                new ContainerRuntimeApplier(parts, shelf, kernel, change),
                new CniApplier(tools, kernel),
                etcd,
                controlPlane,
                kubelet,
                // The last one: it keeps none of the others waiting.
                new StagedBundleApplier(parts.children(), shelf, fetch));
        var service = parts.services().add("documents", "Brings the node to its documents");
        var orders = new LeaveOrders(machine, new ClusterOfNode(paths), NodePaths.ORDERS);
        engine = new DocumentEngine(service, appliers, orders, parts.random(), changed);
        restore.onChange(() -> engine.again(List.of(Etcd.KIND, ControlPlane.KIND)));
        parts.services().onChange(() -> {
            if (etcd.hasTurnedBad()) {
                engine.again(List.of(Etcd.KIND));
            }
        });
        parts.supervisor().start(service, engine);
    }

    /** The documents and secrets that the server wants from now on, and what it orders once. */
    public void want(List<Document> documents, Map<String, ByteString> secrets, List<Order> orders) {
        engine.want(documents, secrets, orders);
    }

    /** What became of each order. */
    public List<OrderStatus> orderStatuses() {
        return engine.orderStatuses();
    }

    /** How far the node is with each document. */
    public List<DocumentStatus> statuses() {
        return engine.statuses();
    }

    /** Answers what is asked of the node's part of the cluster. */
    public KubernetesCalls calls() {
        return calls;
    }

    /** Answers what is asked of the node's containers. */
    public ContainerCalls containers() {
        return containers;
    }

    /** Ends everything, quickly: the node goes down. */
    public void shutDown() {
        engine.shutDown();
    }
}
