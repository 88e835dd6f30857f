package dev.garboard.nodeconfig;

import tools.jackson.databind.node.ObjectNode;

/** One configuration document of a node. Its JSON form is written by {@link Documents} and read by a {@link DocumentReader}. */
public interface NodeDocument {

    /** For example {@code Kubelet}. */
    String kind();

    /** Unique among the documents of its kind; {@code default} for kinds of which a node has one. */
    default String name() {
        return "default";
    }

    /** Writes the fields of {@code spec}. */
    void write(ObjectNode spec);
}
