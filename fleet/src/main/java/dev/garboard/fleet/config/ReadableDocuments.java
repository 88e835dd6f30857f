package dev.garboard.fleet.config;

import dev.garboard.inventory.NodeConfigDocuments;
import dev.garboard.nodeconfig.DocumentException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which of some documents a machine can be told: what was stored may break rules that are newer than it is.
 *
 * @param refused why the others cannot, each with its kind and name
 */
record ReadableDocuments(List<ObjectNode> documents, List<String> refused) {

    ReadableDocuments {
        documents = List.copyOf(documents);
        refused = List.copyOf(refused);
    }

    static ReadableDocuments of(List<ObjectNode> documents) {
        var readable = new ArrayList<ObjectNode>();
        var refused = new ArrayList<String>();
        for (var document : documents) {
            try {
                var _ = NodeConfigDocuments.read(document);
                readable.add(document);
            } catch (DocumentException unreadable) {
                refused.add(unreadable.getMessage());
            }
        }
        return new ReadableDocuments(readable, refused);
    }
}
