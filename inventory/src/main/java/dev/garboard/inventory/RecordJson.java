package dev.garboard.inventory;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads records from JSON trees, strictly: what it does not understand it refuses, naming the path. */
final class RecordJson {

    private RecordJson() {}

    static <R extends Record> R read(Class<R> type, JsonNode node, String path) {
        if (!node.isObject()) {
            throw wrong(path, node, "an object");
        }
        var shape = RecordShape.ofType(type);
        refuseUnknown(node, shape.names(), path);
        var values = new @Nullable Object[shape.fields().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = readField(type, shape.fields().get(i), node, path);
        }
        return type.cast(shape.create(values));
    }

    static void refuseUnknown(JsonNode node, List<String> known, String path) {
        for (var entry : node.properties()) {
            if (!known.contains(entry.getKey())) {
                throw new InvalidResourceException(
                        Problem.Sort.UNKNOWN,
                        join(path, entry.getKey()),
                        "unknown field" + Suggestion.among(entry.getKey(), known));
            }
        }
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    static InvalidResourceException wrong(String path, JsonNode found, String expected) {
        var text = found.toString();
        var shown = text.length() > 60 ? text.substring(0, 57) + "..." : text;
        return new InvalidResourceException(path, "found " + shown + ", expected " + expected);
    }

    private static @Nullable Object readField(Class<?> owner, RecordShape.Field field, JsonNode node, String path) {
        var value = node.get(field.name());
        // Clients write null where they mean "not given" (kubectl does for creationTimestamp).
        if (value != null && !value.isNull()) {
            return read(field.type(), value, join(path, field.name()));
        }
        var fallback = FieldDefaults.of(owner, field.name());
        if (fallback != null || field.nullable()) {
            return fallback;
        }
        if (field.type() instanceof ParameterizedType collection) {
            return collection.getRawType() == List.class ? List.of() : Map.of();
        }
        throw new InvalidResourceException(
                Problem.Sort.MISSING, join(path, field.name()), "missing, expected " + expectation(field.type()));
    }

    private static Object read(Type type, JsonNode node, String path) {
        if (type instanceof ParameterizedType collection) {
            var arguments = collection.getActualTypeArguments();
            return collection.getRawType() == List.class
                    ? readList(arguments[0], node, path)
                    : readMap(arguments[1], node, path);
        }
        var plain = (Class<?>) type;
        if (plain.isRecord()) {
            return read(plain.asSubclass(Record.class), node, path);
        }
        if (plain.isEnum()) {
            return readEnum(plain, node, path);
        }
        return readScalar(plain, node, path);
    }

    private static Object readScalar(Class<?> type, JsonNode node, String path) {
        if (type == String.class && node.isString()) {
            return node.stringValue();
        }
        if ((type == boolean.class || type == Boolean.class) && node.isBoolean()) {
            return node.booleanValue();
        }
        if ((type == int.class || type == Integer.class) && node.isIntegralNumber() && node.canConvertToInt()) {
            return node.intValue();
        }
        if (type == long.class && node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        if (type == Instant.class && node.isString()) {
            return readInstant(node, path);
        }
        if (type == Object.class) {
            return JsonTrees.plain(node);
        }
        throw wrong(path, node, expectation(type));
    }

    static Instant readInstant(JsonNode node, String path) {
        try {
            return OffsetDateTime.parse(node.stringValue()).toInstant();
        } catch (DateTimeException malformed) {
            throw wrong(path, node, expectation(Instant.class));
        }
    }

    private static Object readEnum(Class<?> type, JsonNode node, String path) {
        var names = new ArrayList<String>();
        for (var constant : type.getEnumConstants()) {
            var name = JsonTrees.pascalCase((Enum<?>) constant);
            if (node.isString() && node.stringValue().equals(name)) {
                return constant;
            }
            names.add(name);
        }
        throw wrong(path, node, "one of " + String.join(", ", names));
    }

    private static List<Object> readList(Type element, JsonNode node, String path) {
        if (!node.isArray()) {
            throw wrong(path, node, "a list");
        }
        var values = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            values.add(read(element, node.get(i), path + "[" + i + "]"));
        }
        return values;
    }

    private static Map<String, Object> readMap(Type element, JsonNode node, String path) {
        if (!node.isObject()) {
            throw wrong(path, node, "an object");
        }
        var values = new LinkedHashMap<String, Object>();
        for (var entry : node.properties()) {
            if (element == Object.class && entry.getValue().isNull()) {
                continue;
            }
            values.put(entry.getKey(), read(element, entry.getValue(), path + "[" + entry.getKey() + "]"));
        }
        return values;
    }

    private static String expectation(Type type) {
        if (type == String.class) {
            return "a string";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class) {
            return "an integer";
        }
        if (type == Instant.class) {
            return "a time such as 2026-11-23T18:15:00Z";
        }
        return type instanceof Class<?> named && named.isEnum() ? "one of its values" : "an object";
    }
}
