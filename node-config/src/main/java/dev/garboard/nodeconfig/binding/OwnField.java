package dev.garboard.nodeconfig.binding;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A component that is one field.
 *
 * @param required whether something has to be there
 * @param ofNothing its value when nothing is there
 * @param writtenDefault whether it is written when it is just that value
 * @param writtenEmpty whether it is written when it is a list, map or object with nothing in it
 * @param insteadOfNull what is expected in the place of a null in it; null when one means that nothing is given
 */
record OwnField(
        String name,
        Codec codec,
        ComponentValue value,
        boolean required,
        @Nullable Object ofNothing,
        boolean writtenDefault,
        boolean writtenEmpty,
        @Nullable String insteadOfNull)
        implements Field {

    static OwnField of(RecordComponent component) {
        var key = component.getAnnotation(Key.class);
        // Parsed anew by each call.
        var type = component.getAnnotatedType();
        var codec = Codecs.of(type);
        var mark = component.getAnnotation(Default.class);
        var noNull = component.getAnnotation(NoNull.class);
        var ofNothing = mark == null ? codec.ofNothing() : value(component, codec, mark.value());
        boolean nullable = type.isAnnotationPresent(Nullable.class);
        return new OwnField(
                key == null ? component.getName() : key.value(),
                codec,
                ComponentValue.of(component),
                ofNothing == null && !nullable,
                ofNothing,
                mark == null || mark.written(),
                component.isAnnotationPresent(WrittenEmpty.class),
                noNull == null ? null : noNull.expected());
    }

    private static Object value(RecordComponent component, Codec codec, String text) {
        var at = Place.root();
        var value = codec.read(codec.isText() ? Trees.tree(text) : StrictJson.parse(text), at);
        if (value == null || at.count() > 0) {
            throw new IllegalStateException("the default of " + component + ": " + at.problems());
        }
        return value;
    }

    @Override
    public List<String> names() {
        return List.of(name);
    }

    @Override
    public @Nullable Object read(JsonNode object, Place at, Map<String, ?> given, Set<String> meant) {
        var node = object.get(name);
        if (node != null && insteadOfNull != null) {
            int before = at.count();
            refuseNull(node, at.field(name), insteadOfNull);
            if (at.count() > before) {
                return null;
            }
        }
        // Clients write null where they mean "not given" (kubectl does for creationTimestamp).
        if (node != null && !node.isNull()) {
            return codec.read(node, at.field(name));
        }
        if (required && !meant.contains(name)) {
            at.field(name).missing(codec.expected());
        }
        return ofNothing;
    }

    private static void refuseNull(JsonNode node, Place at, String expected) {
        if (node.isNull()) {
            at.wrong(node, expected);
        } else if (node.isObject()) {
            node.properties().forEach(field -> refuseNull(field.getValue(), at.field(field.getKey()), expected));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                refuseNull(node.path(i), at.element(i), expected);
            }
        }
    }

    @Override
    public void write(Record record, ObjectNode object) {
        var written = value.in(record);
        if (written == null || (!writtenDefault && written.equals(ofNothing))) {
            return;
        }
        var node = codec.write(written);
        if (writtenEmpty || !(node.isContainer() && node.isEmpty())) {
            object.set(name, node);
        }
    }
}
