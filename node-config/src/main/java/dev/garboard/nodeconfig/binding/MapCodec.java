package dev.garboard.nodeconfig.binding;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A map, which is empty when nothing is there. Its keys are what stands as a text. */
record MapCodec(boolean sorted, TextCodec key, Codec element, Bounds bounds) implements Codec {

    static MapCodec of(Object type, Codec key, Codec element, Bounds bounds) {
        if (key instanceof TextCodec text) {
            return new MapCodec(type == SortedMap.class, text, element, bounds);
        }
        throw new IllegalStateException("keys of maps are texts, and not " + key.expected());
    }

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (!node.isObject() || !bounds.hold(node.size())) {
            at.wrong(node, expected());
            return null;
        }
        Map<Object, Object> values = sorted ? new TreeMap<>() : new LinkedHashMap<>();
        for (var entry : node.properties()) {
            if (at.isFull()) {
                break;
            }
            // What may be anything may be nothing as well, and then says nothing.
            if (entry.getValue().isNull() && element instanceof TreeCodec) {
                continue;
            }
            var here = at.key(entry.getKey());
            var name = key.read(Trees.tree(entry.getKey()), here);
            var value = element.read(entry.getValue(), here);
            if (name != null && value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    @Override
    public JsonNode write(Object value) {
        var texts = new TreeMap<String, JsonNode>();
        ((Map<?, ?>) value).forEach((name, each) -> texts.put(key.text(name), element.write(each)));
        var node = JsonNodeFactory.instance.objectNode();
        texts.forEach(node::set);
        return node;
    }

    @Override
    public String expected() {
        return "an object" + bounds.words();
    }

    @Override
    public @Nullable Object ofNothing() {
        if (!bounds.hold(0)) {
            return null;
        }
        return sorted ? Collections.emptySortedMap() : Map.of();
    }
}
