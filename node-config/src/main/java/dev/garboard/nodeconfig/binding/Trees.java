package dev.garboard.nodeconfig.binding;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Values whose type no component declares, as trees and back; keys of maps are sorted, so that equal values are equal text. */
final class Trees {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Trees() {}

    static JsonNode tree(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case JsonNode node -> node;
            case String text -> NODES.stringNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Float number -> NODES.numberNode(number);
            case BigInteger number -> NODES.numberNode(number);
            case BigDecimal number -> NODES.numberNode(number);
            case Enum<?> constant -> NODES.stringNode(Spelling.of(constant));
            case List<?> list -> {
                var node = NODES.arrayNode();
                list.forEach(element -> node.add(tree(element)));
                yield node;
            }
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, JsonNode>();
                map.forEach((key, element) -> sorted.put((String) key, tree(element)));
                var node = NODES.objectNode();
                sorted.forEach(node::set);
                yield node;
            }
            default -> other(value);
        };
    }

    private static JsonNode other(Object value) {
        var form = TextForm.of(value.getClass());
        if (form != null) {
            return NODES.stringNode(form.write().apply(value));
        }
        if (value instanceof Record record) {
            return RecordShape.of(record.getClass()).write(record);
        }
        throw new IllegalArgumentException(value.getClass() + " has no JSON form");
    }

    /** A tree as maps, lists, strings, numbers and booleans. */
    static Object plain(JsonNode node) {
        if (node.isObject()) {
            var map = new LinkedHashMap<String, @Nullable Object>();
            node.properties().forEach(entry -> map.put(entry.getKey(), plainOrNull(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            var list = new ArrayList<@Nullable Object>();
            node.forEach(element -> list.add(plainOrNull(element)));
            return list;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isNumber() ? node.numberValue() : node.asString();
    }

    private static @Nullable Object plainOrNull(JsonNode node) {
        return node.isNull() ? null : plain(node);
    }
}
