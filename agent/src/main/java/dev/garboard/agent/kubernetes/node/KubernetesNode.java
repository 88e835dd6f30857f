package dev.garboard.agent.kubernetes.node;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.BundleShelf;
import dev.garboard.agent.kubernetes.DocumentEngine;
import dev.garboard.agent.kubernetes.LeaveOrders;
import dev.garboard.agent.kubernetes.NodeAppliers;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.kubernetes.NodePaths;
import dev.garboard.agent.kubernetes.NodeReset;
import dev.garboard.agent.kubernetes.UsedDisk;
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
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Everything that makes the node part of a cluster. Made when the first documents arrive: a node without any never loads
 * these classes.
 */
public final class KubernetesNode {

    private final DocumentEngine engine;
    private final KubernetesCalls calls;
    private final ContainerCalls containers;
    private final UsedDisk disk;
    private final EtcdApplier etcd;

    /**
     * Assembles the appliers, in the order in which their kinds are applied, and starts the engine.
     *
     * @param machine this node's name in the inventory
     * @param changed called when the status of a document or an order has changed
     */
    public KubernetesNode(NodeParts parts, Supplier<String> machine, Runnable changed) {
        var shelf = new BundleShelf();
        var clock = InstantSource.system();
        var certificateService = parts.services().add("certificates", "Replaces the cluster's certificates in time");
        var certificates = new CertificateRotation(certificateService, clock);
        var paths = ControlPlanePaths.ofNode();
        var restore = new EtcdRestore(paths);
        etcd = new EtcdApplier(parts, shelf, paths, certificates, restore);
        var controlPlane = new ControlPlaneApplier(parts, shelf, paths, certificates, etcd, restore, clock);
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
        var everyNode = NodeAppliers.of(parts, shelf, kubelet -> new BundleChange(paths.manifests(), kubelet));
        disk = everyNode.disk();
        var appliers = Stream.of(everyNode.first().stream(), Stream.of(etcd, controlPlane), everyNode.last().stream())
                .flatMap(some -> some)
                .toList();
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

    /** The disk that the node's data is on; empty while there is none. */
    public Optional<NodeMessage.StateDisk> stateDisk() {
        return disk.used();
    }

    /** Data of etcd that was taken out of its member's way; empty before the node's disk is known. */
    public Optional<NodeMessage.EtcdAside> etcdAside() {
        return etcd.aside();
    }

    /** What a reset would take. */
    public NodeReset.State beforeReset() {
        return new NodeReset.State(
                disk.used().orElse(null),
                disk.declared().orElse(null),
                calls.etcd().hold().orElse(null));
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
