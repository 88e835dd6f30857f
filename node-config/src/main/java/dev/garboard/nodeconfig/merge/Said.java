package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.ListRule;
import dev.garboard.nodeconfig.ListRules;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** What one layer says about one place, as the merge sees it: the rules for lists are applied, removals are found. */
sealed interface Said {

    /** As it was written; {@code null} of JSON for a removal. */
    JsonNode json();

    /** Whether it can be merged with what another layer says. */
    Shape shape();

    /** What merges only with its like. */
    enum Shape {
        REMOVAL,
        VALUE,
        WHOLE_LIST,
        OBJECT,
        KEYED_LIST
    }

    /** That what weaker layers said is to go. */
    record Removal() implements Said {

        @Override
        public JsonNode json() {
            return NullNode.getInstance();
        }

        @Override
        public Shape shape() {
            return Shape.REMOVAL;
        }
    }

    /** A value that merges with nothing: a text, number or truth value, or a list that is taken as a whole. */
    record Value(JsonNode json) implements Said {

        @Override
        public Shape shape() {
            return json.isArray() ? Shape.WHOLE_LIST : Shape.VALUE;
        }
    }

    /** An object, or a list that merges by key. */
    record Members(Shape shape, SortedMap<String, Said> members, JsonNode json) implements Said {

        /** The path of one of them. */
        String path(String path, String key) {
            return shape == Shape.KEYED_LIST ? FieldPath.element(path, key) : FieldPath.field(path, key);
        }
    }

    Removal REMOVAL = new Removal();

    /** The field that holds the removed value in a list of values that are united. */
    String UNITED = "value";

    /**
     * Reads what a layer says.
     *
     * @param path for refusals
     * @throws DocumentException when a removal or a keyed list is malformed
     */
    static Said read(String path, JsonNode json, ListRules rules) {
        return switch (json) {
            case NullNode _ -> REMOVAL;
            case ObjectNode object -> object(path, object, rules);
            case ArrayNode array -> list(path, array, rules);
            default -> new Value(json);
        };
    }

    private static Said object(String path, ObjectNode json, ListRules rules) {
        if (removes(path, json)) {
            if (json.size() > 1) {
                throw refusal(path, json, "nothing beside \"$remove\"");
            }
            return REMOVAL;
        }
        return members(path, json, rules);
    }

    private static Members members(String path, ObjectNode json, ListRules rules) {
        var members = new TreeMap<String, Said>();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            var name = field.getKey();
            members.put(name, read(FieldPath.field(path, name), field.getValue(), rules.field(name)));
        }
        return new Members(Shape.OBJECT, members, json);
    }

    private static Said list(String path, ArrayNode json, ListRules rules) {
        return switch (rules.here()) {
            case null -> isKeyedBy("name", json) ? keyed(path, json, "name", rules) : new Value(json);
            case ListRule.Whole _ -> new Value(json);
            case ListRule.Keyed(var field) -> keyed(path, json, field, rules);
            case ListRule.Union _ -> united(path, json);
        };
    }

    private static Members keyed(String path, ArrayNode json, String field, ListRules rules) {
        var members = new TreeMap<String, Said>();
        for (var element : json) {
            var key = key(element, field);
            if (!(element instanceof ObjectNode object) || key == null) {
                throw refusal(path, element, "an object with a text or whole number " + field);
            }
            var at = FieldPath.element(path, key);
            if (removes(at, object) && object.size() > 2) {
                throw refusal(at, object, "nothing but " + field + " beside \"$remove\"");
            }
            add(path, members, key, removes(at, object) ? REMOVAL : members(at, object, rules.element()));
        }
        return new Members(Shape.KEYED_LIST, members, json);
    }

    private static Members united(String path, ArrayNode json) {
        var members = new TreeMap<String, Said>();
        for (var element : json) {
            if (element instanceof ObjectNode object) {
                var key = key(element, UNITED);
                if (key == null || !removes(path, object) || object.size() > 2) {
                    throw refusal(path, element, "a text or whole number, or \"$remove\": true and the value");
                }
                add(path, members, key, REMOVAL);
            } else if (isKey(element)) {
                add(path, members, element.asString(), new Value(element));
            } else {
                throw refusal(path, element, "a text or whole number");
            }
        }
        return new Members(Shape.KEYED_LIST, members, json);
    }

    private static void add(String path, SortedMap<String, Said> members, String key, Said said) {
        if (members.put(key, said) != null) {
            throw new DocumentException(path + ": two elements are called " + key);
        }
    }

    private static boolean isKeyedBy(String field, ArrayNode json) {
        for (var element : json) {
            if (key(element, field) == null) {
                return false;
            }
        }
        return !json.isEmpty();
    }

    private static @Nullable String key(JsonNode element, String field) {
        var key = element.path(field);
        return isKey(key) ? key.asString() : null;
    }

    private static boolean isKey(JsonNode value) {
        return value.isString() || value.isIntegralNumber();
    }

    private static boolean removes(String path, ObjectNode json) {
        var remove = json.get(Layer.REMOVE);
        if (remove != null && !isTrue(remove)) {
            throw refusal(path, remove, "true as the value of \"$remove\"");
        }
        return remove != null;
    }

    static boolean isTrue(@Nullable JsonNode json) {
        return json != null && json.isBoolean() && json.booleanValue();
    }

    private static DocumentException refusal(String path, JsonNode found, String expected) {
        return new DocumentException(path + ": found " + CanonicalJson.text(found) + ", expected " + expected);
    }
}
