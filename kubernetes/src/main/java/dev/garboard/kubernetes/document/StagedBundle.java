package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.NodeDocument;
import tools.jackson.databind.node.ObjectNode;

/** The bundle that the node will use next: it is made ready beside the one in use, so that the change itself takes seconds. */
public record StagedBundle(KubernetesBundle next) implements NodeDocument {

    public static final String KIND = "StagedBundle";

    @Override
    public String kind() {
        return KIND;
    }

    static StagedBundle read(Fields spec) {
        return new StagedBundle(KubernetesBundle.read(spec));
    }

    @Override
    public void write(ObjectNode spec) {
        next.write(spec);
    }
}
