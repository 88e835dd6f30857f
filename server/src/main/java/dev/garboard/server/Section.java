package dev.garboard.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One mapping of the configuration file. It remembers which keys were asked for and refuses the rest. */
final class Section {

    private final String path;
    private final @Nullable JsonNode node;
    private final Path directory;
    private final Set<String> known = new LinkedHashSet<>();

    Section(String path, @Nullable JsonNode node, Path directory) {
        if (node != null && !node.isNull() && !node.isObject()) {
            throw new ConfigException(
                    (path.isEmpty() ? "the file" : path) + " is " + describe(node) + "; expected keys with values");
        }
        this.path = path;
        this.node = node;
        this.directory = directory;
    }

    Section section(String key) {
        return new Section(key(key), find(key), directory);
    }

    /** Each element of a list of mappings; a missing list is empty. */
    <T> List<T> sections(String key, Function<Section, T> read) {
        var list = find(key);
        var result = new ArrayList<T>();
        if (list == null) {
            return result;
        }
        if (!list.isArray()) {
            throw wrong(key, list, "a list");
        }
        int index = 0;
        for (var element : list) {
            var section = new Section(key(key) + "[" + index++ + "]", element, directory);
            result.add(read.apply(section));
            section.refuseUnknown();
        }
        return result;
    }

    /** Each element of a list, unread; a missing list is empty. */
    List<JsonNode> nodes(String key) {
        var list = find(key);
        if (list == null) {
            return List.of();
        }
        if (!list.isArray()) {
            throw wrong(key, list, "a list");
        }
        var result = new ArrayList<JsonNode>();
        list.forEach(result::add);
        return result;
    }

    String string(String key, String otherwise) {
        var value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isString()) {
            throw wrong(key, value, "text");
        }
        return value.asString();
    }

    String string(String key) {
        var value = string(key, "");
        if (value.isEmpty()) {
            throw new ConfigException(key(key) + " is missing; set it");
        }
        return value;
    }

    boolean bool(String key, boolean otherwise) {
        var value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrong(key, value, "true or false");
        }
        return value.asBoolean();
    }

    int integer(String key, int otherwise, int min, int max) {
        var value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || value.asLong() < min || value.asLong() > max) {
            throw wrong(key, value, "a whole number from " + min + " to " + max);
        }
        return value.asInt();
    }

    /** A path; a relative one is meant from the configuration file's directory. */
    Path path(String key, String otherwise) {
        var text = string(key, otherwise);
        try {
            return directory.resolve(text).normalize();
        } catch (InvalidPathException invalid) {
            throw new ConfigException(key(key) + " is \"" + text + "\", which is not a path: " + invalid.getReason());
        }
    }

    /** {@code ADDRESS:PORT} with a literal address: a name could resolve to another address tomorrow. */
    InetSocketAddress address(String key, String otherwise) {
        return parse(key, string(key, otherwise));
    }

    /** {@code ADDRESS} or {@code ADDRESS:PORT}. */
    InetSocketAddress address(String key, String otherwise, int defaultPort) {
        var text = string(key, otherwise);
        return parse(key, text.contains(":") ? text : text + ":" + defaultPort);
    }

    private InetSocketAddress parse(String key, String text) {
        int colon = text.lastIndexOf(':');
        var host = colon < 0 ? "" : text.substring(0, colon);
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException invalid) {
            throw new ConfigException(
                    key(key) + " is \"" + text + "\"; expected ADDRESS:PORT such as 192.0.2.1:80 or 0.0.0.0:80");
        }
    }

    void refuseUnknown() {
        if (node == null || !node.isObject()) {
            return;
        }
        for (var name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw new ConfigException(key(name) + " is not a key that Garboard knows; "
                        + (path.isEmpty() ? "the file" : path) + " may have " + String.join(", ", known));
            }
        }
    }

    /** The keys that were asked for. */
    Set<String> known() {
        return Set.copyOf(known);
    }

    ConfigException wrong(String key, JsonNode found, String expected) {
        return new ConfigException(key(key) + " is " + describe(found) + "; expected " + expected);
    }

    private @Nullable JsonNode find(String key) {
        known.add(key);
        var value = node == null ? null : node.get(key);
        return value == null || value.isNull() ? null : value;
    }

    private String key(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String describe(JsonNode found) {
        var text = found.toString();
        return text.length() > 60 ? text.substring(0, 57) + "..." : text;
    }
}
