package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Documents;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * One declaration of what a machine should be. A document of a layer may have only some of the fields of its kind. What weaker layers said is taken away by {@code null} as the value of a field or of a
 * map's key, and by {@code "$remove": true} beside the key of a list's element or beside the kind and name of a document.
 *
 * @param name unique among the layers of a machine, for example {@code NodeConfig/rack-7}
 * @param priority higher is stronger
 * @param documents at most one of a kind and name; they are read, never changed
 */
public record Layer(String name, int priority, List<ObjectNode> documents) {

    /** Of what DHCP says: every declaration is stronger. */
    public static final int WEAKEST = Integer.MIN_VALUE;

    /** Of the fields in {@code Machine.spec}: no declaration is stronger. */
    public static final int STRONGEST = Integer.MAX_VALUE;

    static final String REMOVE = "$remove";

    private static final Set<String> FIELDS = Set.of("apiVersion", "kind", "metadata", "spec", REMOVE);

    /** Refuses, with a {@link DocumentException}, what is no document of a layer. */
    public Layer {
        documents = List.copyOf(documents);
        var ids = new HashSet<DocumentId>();
        for (var document : documents) {
            try {
                check(document);
                if (!ids.add(DocumentId.of(document))) {
                    throw new DocumentException(DocumentId.of(document) + " is there twice");
                }
            } catch (DocumentException refused) {
                throw new DocumentException(name + ": " + refused.getMessage());
            }
        }
    }

    /** Whether the layer takes the document away instead of saying something about it. */
    static boolean removes(ObjectNode document) {
        return document.has(REMOVE);
    }

    private static void check(ObjectNode document) {
        var id = DocumentId.of(document);
        for (var field : document.propertyNames()) {
            if (!FIELDS.contains(field)) {
                throw refusal(id, field, "an unknown field", "apiVersion, kind, metadata, spec");
            }
        }
        var version = document.path("apiVersion");
        if (!version.isString() || !version.stringValue().equals(Documents.API_VERSION)) {
            throw refusal(
                    id, "apiVersion", version.isMissingNode() ? "nothing" : version.toString(), Documents.API_VERSION);
        }
        if (document.path("metadata").size() != 1) {
            throw refusal(id, "metadata", document.path("metadata").toString(), "name and nothing else");
        }
        if (removes(document)) {
            if (!Said.isTrue(document.get(REMOVE)) || document.has("spec")) {
                throw refusal(id, REMOVE, document.path(REMOVE).toString(), "true, and no spec beside it");
            }
        } else if (!document.path("spec").isObject()) {
            throw refusal(
                    id,
                    "spec",
                    document.has("spec") ? document.path("spec").toString() : "nothing",
                    "an object; \"$remove\": true instead of it takes the document away");
        }
    }

    private static DocumentException refusal(DocumentId id, String path, String found, String expected) {
        return new DocumentException(id + ": " + path + ": found " + found + ", expected " + expected);
    }
}
