package dev.garboard.nodeconfig.binding;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A map with texts as keys, which is empty when nothing is there. */
record MapCodec(Codec element) implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (!node.isObject()) {
            at.wrong(node, expected());
            return null;
        }
        var values = new LinkedHashMap<String, Object>();
        for (var entry : node.properties()) {
            // What may be anything may be nothing as well, and then says nothing.
            if (entry.getValue().isNull() && element instanceof TreeCodec) {
                continue;
            }
            var value = element.read(entry.getValue(), at.key(entry.getKey()));
            if (value != null) {
                values.put(entry.getKey(), value);
            }
        }
        return values;
    }

    @Override
    public JsonNode write(Object value) {
        var sorted = new TreeMap<String, JsonNode>();
        ((Map<?, ?>) value).forEach((key, each) -> sorted.put((String) key, element.write(each)));
        var node = JsonNodeFactory.instance.objectNode();
        sorted.forEach(node::set);
        return node;
    }

    @Override
    public String expected() {
        return "an object";
    }

    @Override
    public Object ofNothing() {
        return Map.of();
    }
}
