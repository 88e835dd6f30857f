package dev.garboard.nodeconfig.merge;

import static dev.garboard.nodeconfig.merge.Declared.RULES;
import static dev.garboard.nodeconfig.merge.Declared.document;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What holds of every merge, tried with layers made by chance. A failure names the seed that repeats it. */
class MergePropertiesTest {

    private static final int CASES = 250;

    @Test
    void neitherTheOrderOfLayersNorThatOfKeysMatters() {
        forAll(made -> {
            var shuffled = new ArrayList<Layer>();
            for (var layer : made.layers) {
                var documents = new ArrayList<ObjectNode>();
                layer.documents().forEach(document -> documents.add((ObjectNode) made.shuffled(document)));
                shuffled.add(new Layer(layer.name(), layer.priority(), made.shuffled(documents)));
            }

            var one = Merge.of(made.layers, RULES);
            var other = Merge.of(made.shuffled(shuffled), RULES);

            assertEquals(one.documents().toString(), other.documents().toString());
            assertEquals(
                    one.provenance().origins().toString(),
                    other.provenance().origins().toString());
            assertEquals(one.conflicts().toString(), other.conflicts().toString());
            assertEquals(one.digest(), other.digest());
        });
    }

    /** RFC 7396 says for two what a merge of maps says for many, if no two are equally strong and nothing clashes. */
    @Test
    void layersOfDifferentStrengthMergeAsTheStandardSays() {
        int[] compared = {0};
        forAll(made -> {
            var layers = new ArrayList<Layer>();
            for (int at = 0; at < made.layers.size(); at++) {
                layers.add(new Layer("l" + at, at, made.documentsOfMaps()));
            }
            var merged = Merge.of(layers, RULES);
            if (!merged.conflicts().isEmpty()) {
                return;
            }
            var expected = new TreeMap<DocumentId, JsonNode>();
            for (var layer : layers) {
                for (var document : layer.documents()) {
                    var id = DocumentId.of(document);
                    if (Layer.removes(document)) {
                        expected.remove(id);
                    } else {
                        expected.put(id, patched(expected.get(id), document.path("spec")));
                    }
                }
            }

            var found = new TreeMap<DocumentId, JsonNode>();
            merged.documents().forEach(document -> found.put(DocumentId.of(document), document.path("spec")));
            assertEquals(expected, found);
            compared[0]++;
        });
        assertTrue(compared[0] > CASES / 4, "only " + compared[0] + " cases had no clash");
    }

    @Test
    void theStrongestLayerHasItsWay() {
        forAll(made -> {
            var layers = new ArrayList<>(made.layers);
            var strongest = new Layer("strongest", Layer.STRONGEST, made.documents());
            layers.add(strongest);

            var merged = Merge.of(layers, RULES);

            var leaves = leaves(merged.documents());
            for (var document : strongest.documents()) {
                var id = DocumentId.of(document);
                if (Layer.removes(document)) {
                    assertTrue(merged.documents().stream().map(DocumentId::of).noneMatch(id::equals));
                } else {
                    said(document).forEach((path, value) -> {
                        var leaf = leaves.getOrDefault(id, new TreeMap<>());
                        if (value.isNull()) {
                            assertTrue(leaf.keySet().stream().noneMatch(at -> isAtOrBelow(path, at)), path);
                        } else if (!value.isContainer() || !value.isEmpty()) {
                            assertEquals(value, leaf.get(path), path);
                            assertEquals(
                                    List.of("strongest"),
                                    origin(merged, id, path).layers());
                        }
                    });
                }
            }
        });
    }

    @Test
    void everyFieldHasAnOriginThatSaidIt() {
        forAll(made -> {
            var merged = Merge.of(made.layers, RULES);

            var leaves = leaves(merged.documents());
            var told = new TreeMap<DocumentId, SortedMap<String, JsonNode>>();
            var said = new TreeMap<String, SortedMap<DocumentId, SortedMap<String, JsonNode>>>();
            made.layers.forEach(layer -> said.put(layer.name(), leaves(layer.documents())));
            merged.provenance()
                    .origins()
                    .forEach((id, origins) -> origins.forEach((path, origin) -> {
                        if (!origin.removed()) {
                            told.computeIfAbsent(id, _ -> new TreeMap<>()).put(path, origin.value());
                        }
                        boolean whole = origin.removed()
                                || (origin.value().isContainer()
                                        && origin.value().isEmpty());
                        for (var name : origin.layers()) {
                            var ofLayer =
                                    said.getOrDefault(name, new TreeMap<>()).getOrDefault(id, new TreeMap<>());
                            assertTrue(whole || origin.value().equals(ofLayer.get(path)), path);
                        }
                        var priorities =
                                origin.overrode().stream().map(Claim::priority).toList();
                        assertEquals(
                                priorities.stream()
                                        .sorted(Comparator.reverseOrder())
                                        .toList(),
                                priorities);
                    }));
            assertEquals(text(leaves), text(told));
        });
    }

    @Test
    void whoSetNothingCanGo() {
        forAll(made -> {
            var merged = Merge.of(made.layers, RULES);
            if (!merged.conflicts().isEmpty()) {
                return;
            }
            var setting = new HashSet<String>();
            merged.provenance()
                    .origins()
                    .values()
                    .forEach(origins -> origins.values().forEach(origin -> setting.addAll(origin.layers())));
            for (var layer : made.layers) {
                if (!setting.contains(layer.name())) {
                    assertEquals(
                            merged.documents(),
                            Merge.of(without(layer, made.layers), RULES).documents());
                }
            }
        });
    }

    @Test
    void whenALayerGoesWhatOthersSetStays() {
        forAll(made -> {
            var merged = Merge.of(made.layers, RULES);
            if (!merged.conflicts().isEmpty()) {
                return;
            }
            for (var layer : made.layers) {
                var without =
                        leaves(Merge.of(without(layer, made.layers), RULES).documents());
                merged.provenance()
                        .origins()
                        .forEach((id, origins) -> origins.forEach((path, origin) -> {
                            boolean empty = origin.value().isContainer()
                                    && origin.value().isEmpty();
                            if (!origin.layers().contains(layer.name()) && !origin.removed() && !empty) {
                                assertEquals(
                                        origin.value(),
                                        without.getOrDefault(id, new TreeMap<>())
                                                .get(path),
                                        path);
                            }
                        }));
            }
        });
    }

    @Test
    void whoSaysTheSameAsAnotherChangesNothing() {
        forAll(made -> {
            var merged = Merge.of(made.layers, RULES);
            var layers = new ArrayList<>(made.layers);
            var said = made.layers.get(made.random.nextInt(made.layers.size()));
            layers.add(new Layer("zz", said.priority(), said.documents()));

            var again = Merge.of(layers, RULES);

            assertEquals(merged.documents(), again.documents());
            assertEquals(places(merged), places(again));
        });
    }

    @Test
    void conflictsDoNotDependOnNames() {
        forAll(made -> {
            var renamed = new ArrayList<Layer>();
            for (var layer : made.layers) {
                var name = "l" + (9 - Integer.parseInt(layer.name().substring(1)));
                renamed.add(new Layer(name, layer.priority(), layer.documents()));
            }

            assertEquals(places(Merge.of(made.layers, RULES)), places(Merge.of(renamed, RULES)));
        });
    }

    @Test
    void differencesLeadFromOneSetToTheOther() {
        forAll(made -> {
            var former = Merge.of(made.layers, RULES).documents();
            var now = Merge.of(without(made.layers.getFirst(), made.layers), RULES)
                    .documents();

            var diff = Diff.between(former, now, RULES);

            assertEquals(diff.isEmpty(), DocumentDigest.of(former).equals(DocumentDigest.of(now)));
            var before = leaves(former);
            var after = leaves(now);
            for (var change : diff.documents()) {
                for (var field : change.fields()) {
                    assertEquals(
                            field.former() == null, !said(before, change.document(), field.path()), field.toString());
                    assertEquals(field.now() == null, !said(after, change.document(), field.path()), field.toString());
                }
            }
            assertEquals(
                    opposite(diff).toString(),
                    Diff.between(now, former, RULES).documents().toString());
        });
    }

    private static List<DocumentChange> opposite(Diff diff) {
        return diff.documents().stream()
                .map(change -> new DocumentChange(
                        change.document(),
                        switch (change.kind()) {
                            case ADDED -> DocumentChange.Kind.REMOVED;
                            case REMOVED -> DocumentChange.Kind.ADDED;
                            case CHANGED -> DocumentChange.Kind.CHANGED;
                        },
                        change.fields().stream()
                                .map(field -> new FieldChange(field.path(), field.now(), field.former()))
                                .toList()))
                .toList();
    }

    private static boolean said(SortedMap<DocumentId, SortedMap<String, JsonNode>> leaves, DocumentId id, String path) {
        return leaves.getOrDefault(id, new TreeMap<>()).keySet().stream().anyMatch(at -> isAtOrBelow(path, at));
    }

    private static boolean isAtOrBelow(String path, String at) {
        return at.startsWith(path) && (at.length() == path.length() || ".[".indexOf(at.charAt(path.length())) >= 0);
    }

    private static Origin origin(Effective merged, DocumentId id, String path) {
        var origin = merged.provenance().of(id, path);
        if (origin == null) {
            throw new AssertionError(id + " " + path + " has no origin");
        }
        return origin;
    }

    /** Where layers contradict each other, and what they say there. */
    private static List<String> places(Effective merged) {
        return merged.conflicts().stream()
                .map(conflict -> conflict.document()
                        + " "
                        + conflict.path()
                        + " "
                        + new TreeSet<>(conflict.claims().stream()
                                .map(claim -> CanonicalJson.text(claim.value()))
                                .collect(Collectors.toSet())))
                .toList();
    }

    private static List<Layer> without(Layer gone, List<Layer> layers) {
        return layers.stream()
                .filter(layer -> !layer.name().equals(gone.name()))
                .toList();
    }

    private static JsonNode patched(@Nullable JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode fields)) {
            return patch;
        }
        var result = target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (var field : fields.properties()) {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), patched(result.get(field.getKey()), field.getValue()));
            }
        }
        return result;
    }

    private static SortedMap<DocumentId, SortedMap<String, JsonNode>> leaves(List<ObjectNode> documents) {
        var leaves = new TreeMap<DocumentId, SortedMap<String, JsonNode>>();
        documents.forEach(document -> leaves.put(DocumentId.of(document), said(document)));
        return leaves;
    }

    /** The leaves of what a document says, by path; null for what it takes away. */
    private static SortedMap<String, JsonNode> said(ObjectNode document) {
        var leaves = new TreeMap<String, JsonNode>();
        if (!Layer.removes(document)) {
            leaves(
                    "spec",
                    Said.read(
                            "spec",
                            document.path("spec"),
                            RULES.of(document.path("kind").asString())),
                    leaves);
        }
        return leaves;
    }

    private static void leaves(String path, Said said, Map<String, JsonNode> leaves) {
        if (said instanceof Said.Members whole && !whole.members().isEmpty()) {
            whole.members().forEach((key, member) -> leaves(whole.path(path, key), member, leaves));
        } else {
            leaves.put(path, said.json());
        }
    }

    private static String text(Map<DocumentId, SortedMap<String, JsonNode>> leaves) {
        var text = new StringBuilder();
        leaves.forEach((id, fields) -> fields.forEach((path, value) -> text.append(id)
                .append(' ')
                .append(path)
                .append(": ")
                .append(CanonicalJson.text(value))
                .append('\n')));
        return text.toString();
    }

    private static void forAll(Consumer<Made> property) {
        for (long seed = 0; seed < CASES; seed++) {
            try {
                property.accept(new Made(new Random(seed)));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed + ": " + new Made(new Random(seed)).layers, failure);
            }
        }
    }

    /** Few names, few values and few priorities, so that layers meet. */
    private static final class Made {

        private final Random random;
        private final List<Layer> layers = new ArrayList<>();

        Made(Random random) {
            this.random = random;
            int count = 1 + random.nextInt(5);
            for (int at = 0; at < count; at++) {
                layers.add(new Layer("l" + at, random.nextInt(3), documents()));
            }
        }

        List<ObjectNode> documents() {
            return documents(true);
        }

        List<ObjectNode> documentsOfMaps() {
            return documents(false);
        }

        private List<ObjectNode> documents(boolean lists) {
            var documents = new ArrayList<ObjectNode>();
            for (var label : List.of("Doc/a", "Doc/b", "Other/a")) {
                if (random.nextInt(10) == 0) {
                    documents.add(document(label, "remove"));
                } else if (random.nextInt(3) > 0) {
                    var document = document(label, "{}");
                    document.set("spec", object(2, lists));
                    documents.add(document);
                }
            }
            return documents;
        }

        private ObjectNode object(int depth, boolean lists) {
            var object = JsonNodeFactory.instance.objectNode();
            for (var name : List.of("text", "map", "x.y", "steps")) {
                if (random.nextInt(5) < 2) {
                    object.set(name, member(name, depth, lists));
                }
            }
            if (lists) {
                for (var name : List.of("links", "rules", "modules")) {
                    if (random.nextInt(5) < 2) {
                        object.set(name, list(name, depth));
                    }
                }
            }
            return object;
        }

        private JsonNode member(String name, int depth, boolean lists) {
            var nodes = JsonNodeFactory.instance;
            if (random.nextInt(7) == 0) {
                return nodes.nullNode();
            }
            // Now and then one says an object where others say a text.
            boolean nested = random.nextInt(20) == 0 ? !name.equals("map") : name.equals("map");
            if (nested && depth > 0) {
                return object(depth - 1, lists);
            }
            if (name.equals("steps")) {
                return nodes.arrayNode().add(random.nextInt(3));
            }
            return nodes.stringNode("v" + random.nextInt(3));
        }

        private JsonNode list(String name, int depth) {
            var list = JsonNodeFactory.instance.arrayNode();
            for (var key : List.of("e1", "e2")) {
                if (random.nextInt(4) == 0) {
                    continue;
                }
                boolean removed = random.nextInt(4) == 0;
                var removal = JsonNodeFactory.instance.objectNode().put("$remove", true);
                if (name.equals("modules") && depth == 2) {
                    list.add(removed ? removal.put("value", key) : JsonNodeFactory.instance.stringNode(key));
                } else if (removed) {
                    list.add(removal.put(name.equals("rules") && depth == 2 ? "id" : "name", key));
                } else {
                    list.add(object(Math.max(0, depth - 1), depth > 1)
                            .put("name", key)
                            .put("id", key));
                }
            }
            return list;
        }

        <T> List<T> shuffled(List<T> list) {
            var shuffled = new ArrayList<>(list);
            Collections.shuffle(shuffled, random);
            return shuffled;
        }

        JsonNode shuffled(JsonNode json) {
            if (!(json instanceof ObjectNode object)) {
                return json;
            }
            var shuffled = JsonNodeFactory.instance.objectNode();
            for (var key : shuffled(List.copyOf(object.propertyNames()))) {
                shuffled.set(key, shuffled(object.path(key)));
            }
            return shuffled;
        }
    }
}
