package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.DocumentReader;
import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.StateDisk;
import java.util.Map;

/** The kinds of documents that a node understands: those of any node, and those that make it part of a cluster. */
public final class NodeDocuments {

    /** Reads any of them. */
    public static final DocumentReader READER = new DocumentReader(Map.of(
            StateDisk.KIND, StateDisk.class,
            RegistryMirror.KIND, RegistryMirror.class,
            KubernetesBundle.KIND, KubernetesBundle.class,
            ContainerRuntime.KIND, ContainerRuntime.class,
            Cni.KIND, Cni.class,
            Etcd.KIND, Etcd.class,
            ControlPlane.KIND, ControlPlane.class,
            Kubelet.KIND, Kubelet.class,
            StagedBundle.KIND, StagedBundle.class));

    private NodeDocuments() {}
}
