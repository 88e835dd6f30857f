package dev.garboard.inventory;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Java values to JSON trees and back; keys of maps are sorted, so that equal values are equal text. */
final class JsonTrees {

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonTrees() {}

    /** Fields that say nothing (null, empty lists, maps and objects) are left out. */
    static ObjectNode object(Record record) {
        var node = NODES.objectNode();
        for (var field : RecordShape.of(record).fields()) {
            var value = tree(field.value(record));
            if (!value.isNull() && !(value.isContainer() && value.isEmpty())) {
                node.set(field.name(), value);
            }
        }
        return node;
    }

    static JsonNode tree(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case String text -> NODES.stringNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Float number -> NODES.numberNode(number);
            case BigInteger number -> NODES.numberNode(number);
            case BigDecimal number -> NODES.numberNode(number);
            case Instant time ->
                NODES.stringNode(time.truncatedTo(ChronoUnit.MILLIS).toString());
            case Enum<?> constant -> NODES.stringNode(pascalCase(constant));
            case Record record -> object(record);
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
            default -> throw new IllegalArgumentException(value.getClass() + " has no JSON form");
        };
    }

    /** A tree as maps, lists, strings, numbers, booleans and null. */
    static @Nullable Object plainOrNull(JsonNode node) {
        return node.isNull() ? null : plain(node);
    }

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

    static String pascalCase(Enum<?> constant) {
        var text = new StringBuilder();
        for (var word : constant.name().split("_", -1)) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
