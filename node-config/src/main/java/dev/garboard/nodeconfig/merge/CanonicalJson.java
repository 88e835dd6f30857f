package dev.garboard.nodeconfig.merge;

import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON in one form: no blanks, keys sorted by UTF-16 code units, texts escaped no more than needed, as RFC 8785 has it. Whole numbers keep all their digits, where RFC 8785 would round beyond 2^53;
 * a whole number is written alike however it was given (1, 1.0).
 */
public final class CanonicalJson {

    /** No number that a double can hold has so many digits before or after its point; a longer one is written with its exponent. */
    private static final int MOST_PLACES = 1000;

    private static final String HEX = "0123456789abcdef";

    private CanonicalJson() {}

    /** The text. */
    public static String text(JsonNode json) {
        var text = new StringBuilder();
        write(json, text);
        return text.toString();
    }

    /** Whether both have the same text. */
    static boolean same(JsonNode one, JsonNode other) {
        // Mostly one of the two is decided without writing anything.
        return one.equals(other)
                || (one.getNodeType() == other.getNodeType() && text(one).equals(text(other)));
    }

    /** A copy whose keys are sorted. */
    static JsonNode sorted(JsonNode json) {
        return switch (json) {
            case ObjectNode object -> {
                var copy = JsonNodeFactory.instance.objectNode();
                for (var key : new TreeSet<>(object.propertyNames())) {
                    copy.set(key, sorted(object.path(key)));
                }
                yield copy;
            }
            case ArrayNode array -> {
                var copy = JsonNodeFactory.instance.arrayNode(array.size());
                array.forEach(element -> copy.add(sorted(element)));
                yield copy;
            }
            default -> json;
        };
    }

    private static void write(JsonNode json, StringBuilder text) {
        switch (json.getNodeType()) {
            case OBJECT -> {
                var separator = "{";
                for (var key : new TreeSet<>(json.propertyNames())) {
                    text.append(separator);
                    string(key, text);
                    text.append(':');
                    write(json.path(key), text);
                    separator = ",";
                }
                text.append(json.isEmpty() ? "{}" : "}");
            }
            case ARRAY -> {
                var separator = "[";
                for (var element : json) {
                    text.append(separator);
                    write(element, text);
                    separator = ",";
                }
                text.append(json.isEmpty() ? "[]" : "]");
            }
            case STRING -> string(json.stringValue(), text);
            case NUMBER -> text.append(number(json));
            default -> text.append(json);
        }
    }

    private static String number(JsonNode json) {
        if (json.isIntegralNumber()) {
            return json.bigIntegerValue().toString();
        }
        if (json instanceof NumericNode number && number.isNaN()) {
            // A reader makes one of 1e999. No document keeps it, but the refusal names it.
            return json.asString();
        }
        var decimal = json.decimalValue().stripTrailingZeros();
        if (decimal.signum() == 0) {
            return "0";
        }
        return Math.abs((long) decimal.scale()) > MOST_PLACES ? decimal.toString() : decimal.toPlainString();
    }

    private static void string(String value, StringBuilder text) {
        text.append('"');
        for (int at = 0; at < value.length(); at++) {
            char character = value.charAt(at);
            switch (character) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (character < 0x20) {
                        text.append("\\u00").append(HEX.charAt(character >> 4)).append(HEX.charAt(character & 15));
                    } else {
                        text.append(character);
                    }
                }
            }
        }
        text.append('"');
    }
}
