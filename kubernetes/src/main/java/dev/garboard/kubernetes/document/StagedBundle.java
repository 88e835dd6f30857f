package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.binding.Inline;

/** The bundle that the node will use next: it is made ready beside the one in use, so that the change itself takes seconds. */
public record StagedBundle(@Inline KubernetesBundle next) implements NodeDocument {

    public static final String KIND = "StagedBundle";

    @Override
    public String kind() {
        return KIND;
    }
}
