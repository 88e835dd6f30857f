package dev.garboard.nodeconfig.binding;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A list, which is empty when nothing is there. */
record ListCodec(Codec element, Bounds bounds) implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (!node.isArray() || !bounds.hold(node.size())) {
            at.wrong(node, expected());
            return null;
        }
        var values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size() && !at.isFull(); i++) {
            var value = element.read(node.get(i), at.element(i));
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    @Override
    public JsonNode write(Object value) {
        var node = JsonNodeFactory.instance.arrayNode();
        for (var each : (List<?>) value) {
            node.add(element.write(each));
        }
        return node;
    }

    @Override
    public String expected() {
        return "a list" + bounds.words();
    }

    @Override
    public @Nullable Object ofNothing() {
        return bounds.hold(0) ? List.of() : null;
    }
}
