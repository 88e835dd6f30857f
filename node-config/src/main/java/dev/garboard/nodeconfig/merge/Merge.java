package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.MergeRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Merges the layers of one machine. */
public final class Merge {

    private Merge() {}

    /**
     * The documents that the layers come to. The order of the layers does not matter.
     *
     * @throws DocumentException when a layer is malformed: what it says of a list does not fit the list's rule, or a removal removes nothing that can be named. {@link #check} tells of one layer.
     * @throws IllegalArgumentException when two layers have one name
     */
    public static Effective of(List<Layer> layers, MergeRules rules) {
        var names = new HashSet<String>();
        var documents = new TreeMap<DocumentId, List<DocumentMerge.Say>>();
        for (var layer : layers) {
            if (!names.add(layer.name())) {
                throw new IllegalArgumentException("two layers are called " + layer.name());
            }
            read(layer, rules, documents);
        }
        var merged = new ArrayList<ObjectNode>();
        var provenance = new Provenance();
        var conflicts = new ArrayList<Conflict>();
        documents.forEach((id, claims) -> {
            claims.sort(DocumentMerge.STRONGEST_FIRST);
            var spec = new DocumentMerge(id, provenance, conflicts).merge(FieldPath.ROOT, claims);
            if (spec != null) {
                var document = JsonNodeFactory.instance.objectNode();
                document.put("apiVersion", Documents.API_VERSION);
                document.put("kind", id.kind());
                document.putObject("metadata").put("name", id.name());
                document.set("spec", spec);
                merged.add(document);
            }
        });
        return new Effective(merged, provenance, conflicts);
    }

    /**
     * Whether a layer can be merged with others.
     *
     * @throws DocumentException when it cannot, with the layer, the document and the path
     */
    public static void check(Layer layer, MergeRules rules) {
        read(layer, rules, new TreeMap<>());
    }

    private static void read(Layer layer, MergeRules rules, SortedMap<DocumentId, List<DocumentMerge.Say>> documents) {
        for (var document : layer.documents()) {
            var id = DocumentId.of(document);
            try {
                var said = Layer.removes(document)
                        ? Said.REMOVAL
                        : Said.read(FieldPath.ROOT, document.path("spec"), rules.of(id.kind()));
                documents
                        .computeIfAbsent(id, _ -> new ArrayList<>())
                        .add(new DocumentMerge.Say(layer.name(), layer.priority(), said));
            } catch (DocumentException refused) {
                throw new DocumentException(layer.name() + ": " + id + ": " + refused.getMessage());
            }
        }
    }
}
