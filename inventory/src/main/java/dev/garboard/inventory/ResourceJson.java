package dev.garboard.inventory;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Resources as JSON trees in the shape of the Kubernetes API conventions, and back. Reading is strict: an unknown field, a wrong type or
 * a missing required field is refused with its path. The rules of a kind beyond its shape are in {@link ResourceRules}.
 */
public final class ResourceJson {

    /** {@code garboard.dev/v1alpha1}. */
    public static final String API_VERSION = Kind.GROUP + "/" + Kind.VERSION;

    private static final List<String> TOP_LEVEL = List.of("apiVersion", "kind", "metadata", "spec", "status");
    private static final List<String> METADATA = List.of(
            "name",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "finalizers",
            "labels",
            "annotations");
    /** What a kubectl that read the object from elsewhere sends along; it carries no intent. */
    private static final List<String> IGNORED_METADATA = List.of("managedFields", "selfLink");

    private ResourceJson() {}

    /** The whole resource; empty metadata fields of one not stored yet are left out. */
    public static ObjectNode write(Resource<?, ?> resource) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("apiVersion", API_VERSION);
        node.put("kind", resource.kind().name());
        node.set("metadata", metadata(resource.metadata()));
        node.set("spec", JsonTrees.object(resource.spec()));
        if (resource.kind().status() != NoStatus.class) {
            node.set("status", JsonTrees.object(resource.status()));
        }
        return node;
    }

    /** The resource in a document of any kind; {@code kind} says which. */
    public static Resource<?, ?> read(JsonNode tree) {
        var kind = requiredText(tree, "kind");
        var known = Kinds.named(kind)
                .orElseThrow(() -> new InvalidResourceException(
                        "kind",
                        "found " + kind + ", expected one of "
                                + String.join(
                                        ", ",
                                        Kinds.all().stream().map(Kind::name).toList())));
        return read(known, tree);
    }

    /** The resource of the kind in a document. */
    public static <S extends Record, T extends Record> Resource<S, T> read(Kind<S, T> kind, JsonNode tree) {
        expect("apiVersion", API_VERSION, requiredText(tree, "apiVersion"));
        expect("kind", kind.name(), requiredText(tree, "kind"));
        RecordJson.refuseUnknown(tree, TOP_LEVEL, "");
        var metadata = readMetadata(objectOrEmpty(tree, "metadata"));
        var spec = RecordJson.read(kind.spec(), objectOrEmpty(tree, "spec"), "spec");
        var status = RecordJson.read(kind.status(), objectOrEmpty(tree, "status"), "status");
        return new Resource<>(kind, metadata, spec, status);
    }

    /** The JSON tree of a text; refuses duplicate keys and what follows the document. */
    public static JsonNode parse(String json) {
        try {
            return JsonTrees.MAPPER.readTree(json);
        } catch (JacksonException malformed) {
            throw new InvalidResourceException("not JSON: " + malformed.getOriginalMessage());
        }
    }

    /** Kubernetes' form of a time: RFC 3339, UTC, whole seconds. */
    public static String timestamp(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static ObjectNode metadata(ObjectMeta metadata) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("name", metadata.name());
        if (!metadata.uid().isEmpty()) {
            node.put("uid", metadata.uid());
        }
        if (metadata.resourceVersion() > 0) {
            node.put("resourceVersion", Long.toString(metadata.resourceVersion()));
        }
        if (metadata.generation() > 0) {
            node.put("generation", metadata.generation());
        }
        if (!metadata.creationTimestamp().equals(Instant.EPOCH)) {
            node.put("creationTimestamp", timestamp(metadata.creationTimestamp()));
        }
        if (metadata.deletionTimestamp() != null) {
            node.put("deletionTimestamp", timestamp(metadata.deletionTimestamp()));
        }
        if (!metadata.finalizers().isEmpty()) {
            var list = node.putArray("finalizers");
            metadata.finalizers().forEach(list::add);
        }
        putStrings(node, "labels", metadata.labels());
        putStrings(node, "annotations", metadata.annotations());
        return node;
    }

    private static void putStrings(ObjectNode node, String field, Map<String, String> values) {
        if (!values.isEmpty()) {
            var map = node.putObject(field);
            new TreeMap<>(values).forEach(map::put);
        }
    }

    private static ObjectMeta readMetadata(JsonNode node) {
        for (var entry : node.properties()) {
            if (entry.getKey().equals("namespace")) {
                throw new InvalidResourceException(
                        "metadata.namespace",
                        "found " + entry.getValue() + ", expected none; resources of " + Kind.GROUP
                                + " are not in namespaces");
            }
            if (!METADATA.contains(entry.getKey()) && !IGNORED_METADATA.contains(entry.getKey())) {
                throw new InvalidResourceException(
                        Problem.Sort.UNKNOWN,
                        "metadata." + entry.getKey(),
                        "unknown field" + Suggestion.among(entry.getKey(), METADATA));
            }
        }
        var created = given(node, "creationTimestamp")
                ? RecordJson.readInstant(text(node, "creationTimestamp"), "metadata.creationTimestamp")
                : Instant.EPOCH;
        return new ObjectMeta(
                requiredText(node, "metadata.name", "name"),
                given(node, "uid") ? text(node, "uid").stringValue() : "",
                given(node, "resourceVersion") ? version(text(node, "resourceVersion")) : 0,
                given(node, "generation") ? generation(node.get("generation")) : 0,
                created,
                strings(node, "labels"),
                strings(node, "annotations"),
                given(node, "deletionTimestamp")
                        ? RecordJson.readInstant(text(node, "deletionTimestamp"), "metadata.deletionTimestamp")
                        : null,
                finalizers(node));
    }

    private static List<String> finalizers(JsonNode metadata) {
        if (!given(metadata, "finalizers")) {
            return List.of();
        }
        var list = metadata.get("finalizers");
        if (!list.isArray()) {
            throw RecordJson.wrong("metadata.finalizers", list, "a list of texts");
        }
        var found = new ArrayList<String>();
        for (var element : list) {
            if (!element.isString()) {
                throw RecordJson.wrong("metadata.finalizers", element, "a text");
            }
            found.add(element.stringValue());
        }
        return List.copyOf(found);
    }

    private static long version(JsonNode text) {
        var digits = text.stringValue();
        try {
            return digits.isEmpty() ? 0 : Math.max(0, Long.parseLong(digits));
        } catch (NumberFormatException malformed) {
            throw RecordJson.wrong(
                    "metadata.resourceVersion", text, "a decimal number in quotes, as this server gave it");
        }
    }

    private static long generation(JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw RecordJson.wrong("metadata.generation", node, "an integer");
        }
        return node.longValue();
    }

    private static Map<String, String> strings(JsonNode node, String field) {
        var values = new TreeMap<String, String>();
        if (given(node, field)) {
            var map = node.get(field);
            if (!map.isObject()) {
                throw RecordJson.wrong("metadata." + field, map, "an object");
            }
            for (var entry : map.properties()) {
                if (!entry.getValue().isString()) {
                    throw RecordJson.wrong(
                            "metadata." + field + "[" + entry.getKey() + "]", entry.getValue(), "a string");
                }
                values.put(entry.getKey(), entry.getValue().stringValue());
            }
        }
        return values;
    }

    private static boolean given(JsonNode node, String field) {
        return node.has(field) && !node.get(field).isNull();
    }

    private static JsonNode text(JsonNode node, String field) {
        var value = node.get(field);
        if (!value.isString()) {
            throw RecordJson.wrong("metadata." + field, value, "a string");
        }
        return value;
    }

    private static String requiredText(JsonNode tree, String field) {
        return requiredText(tree, field, field);
    }

    private static String requiredText(JsonNode tree, String path, String field) {
        if (!tree.isObject()) {
            throw new InvalidResourceException("found " + tree.getNodeType() + ", expected a resource (a JSON object)");
        }
        if (!given(tree, field)) {
            throw new InvalidResourceException(Problem.Sort.MISSING, path, "missing, expected a string");
        }
        var value = tree.get(field);
        if (!value.isString()) {
            throw RecordJson.wrong(path, value, "a string");
        }
        return value.stringValue();
    }

    private static JsonNode objectOrEmpty(JsonNode tree, String field) {
        var value = given(tree, field) ? tree.get(field) : JsonNodeFactory.instance.objectNode();
        if (!value.isObject()) {
            throw RecordJson.wrong(field, value, "an object");
        }
        return value;
    }

    private static void expect(String field, String expected, String found) {
        if (!found.equals(expected)) {
            throw new InvalidResourceException(field, "found " + found + ", expected " + expected);
        }
    }
}
