package dev.garboard.nodeconfig;

/**
 * One configuration document of a node: a record whose components are the fields of {@code spec}, as {@link
 * dev.garboard.nodeconfig.binding.Binder} reads and writes them.
 */
public interface NodeDocument {

    /** For example {@code Kubelet}. */
    String kind();

    /**
     * Unique among the documents of its kind; {@code default} for kinds of which a node has one. Others have a component {@code @Given String
     * name}.
     */
    default String name() {
        return "default";
    }
}
