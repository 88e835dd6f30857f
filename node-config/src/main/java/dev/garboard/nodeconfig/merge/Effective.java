package dev.garboard.nodeconfig.merge;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the layers of a machine come to.
 *
 * @param documents by kind and name, their keys sorted
 * @param conflicts when there are any the documents are not to be committed
 */
public record Effective(List<ObjectNode> documents, Provenance provenance, List<Conflict> conflicts) {

    public Effective {
        documents = List.copyOf(documents);
        conflicts = List.copyOf(conflicts);
    }

    /** The digest of the documents. */
    public String digest() {
        return DocumentDigest.of(documents);
    }
}
