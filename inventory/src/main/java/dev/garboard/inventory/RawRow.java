package dev.garboard.inventory;

import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What can be told of a stored row that cannot be read. Its text is searched, since it may be cut off in the middle or break a rule: good
 * enough to be careful about it, and for nothing else.
 */
public final class RawRow {

    private RawRow() {}

    /** Whether a value stands in it, as JSON writes it. */
    public static boolean mentions(String body, String value) {
        return body.contains(JsonNodeFactory.instance.stringNode(value).toString());
    }

    /** What a field of letters and digits has for its value, wherever in the row the field is; empty when it is not there whole. */
    public static Optional<String> word(String body, String field) {
        var found = Pattern.compile('"' + Pattern.quote(field) + "\"\\s*:\\s*\"([0-9A-Za-z]*)\"")
                .matcher(body);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }
}
