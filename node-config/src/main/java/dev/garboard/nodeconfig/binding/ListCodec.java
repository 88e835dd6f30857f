package dev.garboard.nodeconfig.binding;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A list, which is empty when nothing is there. */
record ListCodec(Codec element, int min, int max) implements Codec {

    ListCodec(Codec element, @Nullable Size size) {
        this(element, size == null ? 0 : size.min(), size == null ? Integer.MAX_VALUE : size.max());
    }

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (!node.isArray() || node.size() < min || node.size() > max) {
            at.wrong(node, expected());
            return null;
        }
        var values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
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
        var least = min == 0 ? "" : " of at least " + min;
        return max == Integer.MAX_VALUE ? "a list" + least : "a list of " + min + " to " + max;
    }

    @Override
    public @Nullable Object ofNothing() {
        return min == 0 ? List.of() : null;
    }
}
