package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Any JSON, or any object that is to be read later. */
record TreeCodec(boolean object) implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (!object) {
            return Trees.plain(node);
        }
        if (node.isObject()) {
            return node;
        }
        at.wrong(node, expected());
        return null;
    }

    @Override
    public JsonNode write(Object value) {
        return Trees.tree(value);
    }

    @Override
    public String expected() {
        return object ? "an object" : "a value";
    }
}
