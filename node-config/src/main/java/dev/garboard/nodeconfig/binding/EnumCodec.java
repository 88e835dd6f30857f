package dev.garboard.nodeconfig.binding;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The constants of an enumeration, as {@link Spelling} has them. */
record EnumCodec(Map<String, Object> constants, Map<Object, JsonNode> written) implements Codec {

    EnumCodec(Class<?> type) {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (var constant : type.getEnumConstants()) {
            var word = Spelling.of((Enum<?>) constant);
            constants.put(word, constant);
            written.put(constant, Trees.tree(word));
        }
    }

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        var constant = node.isString() ? constants.get(node.stringValue()) : null;
        if (constant == null) {
            at.wrong(node, expected());
        }
        return constant;
    }

    @Override
    public JsonNode write(Object value) {
        var node = written.get(value);
        if (node == null) {
            throw new IllegalStateException(value + " is none of " + constants.keySet());
        }
        return node;
    }

    @Override
    public String expected() {
        return "one of " + String.join(", ", constants.keySet());
    }

    @Override
    public boolean isText() {
        return true;
    }
}
