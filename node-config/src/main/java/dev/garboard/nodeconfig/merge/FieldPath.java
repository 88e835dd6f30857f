package dev.garboard.nodeconfig.merge;

import java.util.regex.Pattern;

/** How the place of a field in a document is written. */
final class FieldPath {

    static final String ROOT = "spec";

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    private FieldPath() {}

    /** Of a field of an object, or of a key of a map: {@code spec.servers}, {@code spec.values[net.core.somaxconn]}. */
    static String field(String path, String name) {
        return PLAIN.matcher(name).matches() ? path + "." + name : element(path, name);
    }

    /** Of an element of a list that merges by key: {@code spec.links[eth0]}. */
    static String element(String path, String key) {
        return path + "[" + key.replace("\\", "\\\\").replace("]", "\\]") + "]";
    }
}
