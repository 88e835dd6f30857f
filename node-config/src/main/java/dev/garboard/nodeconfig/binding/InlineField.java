package dev.garboard.nodeconfig.binding;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A component whose own fields stand among those of the record that has it. */
record InlineField(RecordShape shape, ComponentValue value) implements Field {

    static InlineField of(RecordComponent component) {
        return new InlineField(RecordShape.of(component.getType()), ComponentValue.of(component));
    }

    @Override
    public List<String> names() {
        return shape.names();
    }

    @Override
    public @Nullable Object read(JsonNode object, Place at, Map<String, ?> given, Set<String> meant) {
        return shape.readFields(object, at, given, meant);
    }

    @Override
    public void write(Record record, ObjectNode object) {
        shape.writeFields((Record) Objects.requireNonNull(value.in(record)), object);
    }
}
