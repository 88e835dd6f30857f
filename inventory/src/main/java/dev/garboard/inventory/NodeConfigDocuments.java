package dev.garboard.inventory;

import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.DocumentReader;
import dev.garboard.nodeconfig.Hostname;
import dev.garboard.nodeconfig.MergeRules;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.Resolver;
import dev.garboard.nodeconfig.TimeSync;
import dev.garboard.nodeconfig.binding.Binder;
import dev.garboard.nodeconfig.binding.StrictJson;
import dev.garboard.nodeconfig.merge.CanonicalJson;
import dev.garboard.nodeconfig.merge.Conflict;
import dev.garboard.nodeconfig.merge.Layer;
import dev.garboard.nodeconfig.merge.Merge;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The kinds of documents that a NodeConfig may have, and how a document, or a part of one, is held against its kind. */
public final class NodeConfigDocuments {

    /** How the lists of these kinds merge. */
    public static final MergeRules RULES = MergeRules.DEFAULT;

    /** Takes away what weaker layers say of a field. */
    private static final String REMOVE = "$remove";

    /** What refusals of the merge begin with. */
    static final String PART = "part";

    private static final DocumentReader READER = new DocumentReader(Map.of(
            Resolver.KIND, Resolver.class,
            TimeSync.KIND, TimeSync.class,
            Hostname.KIND, Hostname.class,
            RegistryMirror.KIND, RegistryMirror.class));

    /** A whole spec of each kind: what a part leaves out is taken from here, so that only what it says can be wrong. */
    private static final SortedMap<String, String> WHOLE = new TreeMap<>(Map.of(
            Resolver.KIND, "{\"servers\":[\"192.0.2.53\"]}",
            TimeSync.KIND, "{\"servers\":[\"192.0.2.123\"]}",
            Hostname.KIND, "{\"hostname\":\"a\"}",
            RegistryMirror.KIND, "{\"registry\":\"registry.example\",\"endpoints\":[\"https://mirror.example\"]}"));

    private NodeConfigDocuments() {}

    /** Those that there are, by name. */
    public static List<String> kinds() {
        return List.copyOf(WHOLE.keySet());
    }

    /**
     * Reads a whole document, strictly.
     *
     * @throws DocumentException when anything is wrong or missing
     */
    public static NodeDocument read(ObjectNode document) {
        return READER.parse(label(document), document);
    }

    /**
     * Holds what a document says against its kind, which must be one of {@link #kinds}; what it leaves out another layer may give.
     *
     * @throws DocumentException when something that it says is wrong
     */
    static void checkPart(ObjectNode document) {
        var said = document.deepCopy();
        // Also refuses a removal that is malformed.
        Merge.check(new Layer(PART, 1, List.of(said)), RULES);
        if (said.get("spec") instanceof ObjectNode spec && !takeRemovalsOut(spec)) {
            var kind = said.path("kind").asString("");
            var whole = said.deepCopy();
            whole.set("spec", StrictJson.parse(WHOLE.getOrDefault(kind, "{}")));
            var effective =
                    Merge.of(List.of(new Layer("whole", 0, List.of(whole)), new Layer(PART, 1, List.of(said))), RULES);
            effective.documents().forEach(NodeConfigDocuments::read);
            refuseClash(label(document), effective.conflicts());
        }
    }

    /** Of two layers that are not equally strong only what is not of one shape contradicts, which no layer of this kind would be merged with. */
    private static void refuseClash(String label, List<Conflict> conflicts) {
        if (!conflicts.isEmpty()) {
            var claims = conflicts.getFirst().claims();
            throw new DocumentException(label + ": " + conflicts.getFirst().path() + ": found "
                    + CanonicalJson.text(claims.getFirst().value()) + ", expected what is like "
                    + CanonicalJson.text(claims.getLast().value()));
        }
    }

    /** Whether the object itself is a removal. */
    private static boolean takeRemovalsOut(ObjectNode object) {
        if (object.has(REMOVE)) {
            return true;
        }
        for (var name : List.copyOf(object.propertyNames())) {
            if (isRemoval(object.path(name))) {
                object.remove(name);
            }
        }
        return false;
    }

    /** Lists stay as they are: an element can only be taken out of one that merges by key, which the merge does. In one that is taken as a whole it is a value, and a wrong one. */
    private static boolean isRemoval(JsonNode value) {
        return value instanceof ObjectNode object && takeRemovalsOut(object);
    }

    private static String label(ObjectNode document) {
        return document.path("kind").asString("") + "/"
                + document.path("metadata").path("name").asString("");
    }

    /** As the merge takes it. */
    public static ObjectNode tree(NodeConfigSpec.Document document) {
        var tree = Binder.write(document);
        if (!tree.has("spec")) {
            tree.putObject("spec");
        }
        return tree;
    }
}
