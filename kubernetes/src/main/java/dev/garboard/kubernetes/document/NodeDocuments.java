package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.DocumentReader;
import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.StateDisk;
import java.util.Map;

/** The kinds of documents that a node understands: those of any node, and those that make it part of a cluster. */
public final class NodeDocuments {

    /** Reads any of them. */
    public static final DocumentReader READER = new DocumentReader(Map.of(
            StateDisk.KIND, (_, spec) -> StateDisk.read(spec),
            RegistryMirror.KIND, RegistryMirror::read,
            KubernetesBundle.KIND, (_, spec) -> KubernetesBundle.read(spec),
            ContainerRuntime.KIND, (_, spec) -> ContainerRuntime.read(spec),
            Cni.KIND, (_, spec) -> Cni.read(spec),
            Etcd.KIND, (_, spec) -> Etcd.read(spec),
            ControlPlane.KIND, (_, spec) -> ControlPlane.read(spec),
            Kubelet.KIND, (_, spec) -> Kubelet.read(spec),
            StagedBundle.KIND, (_, spec) -> StagedBundle.read(spec)));

    private NodeDocuments() {}
}
