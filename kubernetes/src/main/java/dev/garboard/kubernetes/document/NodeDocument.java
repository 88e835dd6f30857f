package dev.garboard.kubernetes.document;

import tools.jackson.databind.node.ObjectNode;

/** One configuration document of a node. Its JSON form is read and written by {@link Documents}. */
public sealed interface NodeDocument
        permits StateDisk,
                KubernetesBundle,
                ContainerRuntime,
                RegistryMirror,
                Cni,
                Kubelet,
                Etcd,
                ControlPlane,
                StagedBundle {

    /** For example {@code Kubelet}. */
    String kind();

    /** Unique among the documents of its kind; {@code default} for kinds of which a node has one. */
    default String name() {
        return "default";
    }

    /** Writes the fields of {@code spec}. */
    void write(ObjectNode spec);
}
