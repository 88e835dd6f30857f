package dev.garboard.nodeconfig.binding;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A record in a record. Its shape is looked up when it is needed, so that a type may hold its own. */
record RecordCodec(Class<? extends Record> type) implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        return RecordShape.of(type).read(node, at, Map.of());
    }

    @Override
    public JsonNode write(Object value) {
        return RecordShape.of(type).write((Record) value);
    }

    @Override
    public String expected() {
        return "an object";
    }
}
