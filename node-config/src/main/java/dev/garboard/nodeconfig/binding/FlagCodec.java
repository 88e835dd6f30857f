package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;

/** True or false. */
record FlagCodec() implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        at.wrong(node, expected());
        return null;
    }

    @Override
    public JsonNode write(Object value) {
        return BooleanNode.valueOf((boolean) value);
    }

    @Override
    public String expected() {
        return "true or false";
    }
}
