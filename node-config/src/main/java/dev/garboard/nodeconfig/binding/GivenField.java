package dev.garboard.nodeconfig.binding;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A component that is no field: whoever reads the record knows its value. */
record GivenField(String name) implements Field {

    static GivenField of(RecordComponent component) {
        return new GivenField(component.getName());
    }

    @Override
    public List<String> names() {
        return List.of();
    }

    @Override
    public @Nullable Object read(JsonNode object, Place at, Map<String, ?> given, Set<String> meant) {
        if (!given.containsKey(name)) {
            throw new IllegalStateException("nobody gave " + name + " at " + at.path());
        }
        return given.get(name);
    }

    @Override
    public void write(Record record, ObjectNode object) {
        // Whoever writes the record writes it elsewhere.
    }
}
