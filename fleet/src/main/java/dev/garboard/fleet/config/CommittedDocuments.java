package dev.garboard.fleet.config;

import dev.garboard.inventory.CommittedConfigs.Committed;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.merge.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Committed documents as they are stored. */
final class CommittedDocuments {

    private static final JsonMapper JSON = new JsonMapper();

    private CommittedDocuments() {}

    static String text(List<ObjectNode> documents) {
        return documents.stream().map(CanonicalJson::text).collect(Collectors.joining(",", "[", "]"));
    }

    /**
     * The documents of a row.
     *
     * @throws DocumentException when it has none
     */
    static ConfigDecision.Former former(Committed row) {
        var documents = new ArrayList<ObjectNode>();
        try {
            for (var document : JSON.readTree(row.documents())) {
                documents.add(document.asObject());
            }
        } catch (JacksonException damaged) {
            throw new DocumentException("what was committed cannot be read: " + damaged.getOriginalMessage());
        }
        return new ConfigDecision.Former(documents, row.nodeConfigs());
    }
}
