package dev.garboard.nodeconfig;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One object of a document being read: remembers its path and which fields were asked for, and refuses the others. */
public final class Fields {

    private final String label;
    private final String path;
    private final ObjectNode json;
    private final Set<String> known = new HashSet<>();

    Fields(String label, String path, ObjectNode json) {
        this.label = label;
        this.path = path;
        this.json = json;
    }

    /** A field's value in its own type; a refusal is an {@link IllegalArgumentException} that says what was expected. */
    public interface Form<T> extends Function<String, T> {}

    public String text(String field) {
        return string(path(field), required(field));
    }

    public <T> T value(String field, Form<T> form) {
        return parsed(path(field), text(field), form);
    }

    public <T> @Nullable T valueOrNull(String field, Form<T> form) {
        return optional(field) == null ? null : value(field, form);
    }

    public String oneOf(String field, List<String> allowed) {
        var found = text(field);
        if (!allowed.contains(found)) {
            throw refusal(field, quoted(found), "one of " + String.join(", ", allowed));
        }
        return found;
    }

    public boolean flag(String field) {
        var value = required(field);
        if (!value.isBoolean()) {
            throw refusal(field, value.toString(), "true or false");
        }
        return value.booleanValue();
    }

    /** False when the field is not there. */
    public boolean optionalFlag(String field) {
        return optional(field) != null && flag(field);
    }

    public int integer(String field, int smallest, int largest) {
        var value = required(field);
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < smallest
                || value.intValue() > largest) {
            throw refusal(field, value.toString(), "a whole number from " + smallest + " to " + largest);
        }
        return value.intValue();
    }

    public @Nullable Integer integerOrNull(String field, int smallest, int largest) {
        return optional(field) == null ? null : (Integer) integer(field, smallest, largest);
    }

    public Fields object(String field) {
        return object(path(field), required(field));
    }

    /** An object as the reader understands it, which must know all of its fields; null when the field is not there. */
    public <T> @Nullable T objectOrNull(String field, Function<Fields, T> reader) {
        if (optional(field) == null) {
            return null;
        }
        var fields = object(field);
        var read = reader.apply(fields);
        fields.refuseOthers();
        return read;
    }

    /** A list of texts; an absent one is empty. */
    public <T> List<T> values(String field, Form<T> form) {
        var values = new ArrayList<T>();
        int index = 0;
        for (var element : array(field)) {
            var at = path(field) + "[" + index++ + "]";
            values.add(parsed(at, string(at, element), form));
        }
        return List.copyOf(values);
    }

    /** A map of texts; an absent one is empty. */
    public <K extends Comparable<K>, V> SortedMap<K, V> map(String field, Form<K> keys, Form<V> form) {
        var values = new TreeMap<K, V>();
        if (optional(field) != null) {
            for (var entry : object(field).json.properties()) {
                var at = path(field) + "[" + entry.getKey() + "]";
                values.put(parsed(at, entry.getKey(), keys), parsed(at, string(at, entry.getValue()), form));
            }
        }
        return values;
    }

    /** A list of objects; an absent one is empty. */
    public <T> List<T> objects(String field, Function<Fields, T> reader) {
        var values = new ArrayList<T>();
        int index = 0;
        for (var element : array(field)) {
            var fields = object(path(field) + "[" + index++ + "]", element);
            values.add(reader.apply(fields));
            fields.refuseOthers();
        }
        return List.copyOf(values);
    }

    /** To be called when all fields were read. */
    public void refuseOthers() {
        for (var name : json.propertyNames()) {
            if (!known.contains(name)) {
                throw new DocumentException(label + ": " + path(name) + ": unknown field; known here are "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    public DocumentException refusal(String field, String found, String expected) {
        return at(path(field), "found " + found + ", expected " + expected);
    }

    private Fields object(String at, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return new Fields(label, at, object);
        }
        throw at(at, "found " + value + ", expected an object");
    }

    private List<JsonNode> array(String field) {
        var value = optional(field);
        if (value == null) {
            return List.of();
        }
        if (value instanceof ArrayNode array) {
            return List.copyOf(array.values());
        }
        throw refusal(field, value.toString(), "a list");
    }

    private <T> T parsed(String at, String text, Form<T> form) {
        try {
            return form.apply(text);
        } catch (IllegalArgumentException refused) {
            throw at(at, "found " + quoted(text) + ", expected " + refused.getMessage());
        }
    }

    private String string(String at, JsonNode value) {
        if (!value.isString()) {
            throw at(at, "found " + value + ", expected a text");
        }
        return value.stringValue();
    }

    private JsonNode required(String field) {
        var value = optional(field);
        if (value == null) {
            throw at(path(field), "is missing");
        }
        return value;
    }

    private @Nullable JsonNode optional(String field) {
        known.add(field);
        return json.get(field);
    }

    private DocumentException at(String at, String what) {
        return new DocumentException(label + ": " + at + ": " + what);
    }

    private String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
