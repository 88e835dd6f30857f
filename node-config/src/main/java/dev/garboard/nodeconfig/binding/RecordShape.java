package dev.garboard.nodeconfig.binding;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A record type as its JSON form needs it, looked up once for each type. */
final class RecordShape {

    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return new RecordShape(type);
        }
    };

    private final Constructor<?> constructor;
    private final List<Field> fields;
    private final List<String> names;
    private final Set<String> known;

    private RecordShape(Class<?> type) {
        var components = type.getRecordComponents();
        fields = Arrays.stream(components).map(RecordShape::field).toList();
        names = fields.stream().flatMap(field -> field.names().stream()).toList();
        known = Set.copyOf(names);
        var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(type + " has no canonical constructor", impossible);
        }
    }

    static RecordShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static Field field(RecordComponent component) {
        if (component.isAnnotationPresent(Given.class)) {
            return GivenField.of(component);
        }
        return component.isAnnotationPresent(Inline.class) ? InlineField.of(component) : OwnField.of(component);
    }

    List<String> names() {
        return names;
    }

    /** The record; null when something is wrong. */
    @Nullable
    Record read(JsonNode node, Place at, Map<String, ?> given) {
        if (!node.isObject()) {
            at.wrong(node, "an object");
            return null;
        }
        int before = at.count();
        var meant = refuseUnknown(node, at);
        var record = readFields(node, at, given, meant);
        return at.count() > before ? null : record;
    }

    /** The record of an object that may have fields of others as well; null when something is wrong. */
    @Nullable
    Record readFields(JsonNode object, Place at, Map<String, ?> given, Set<String> meant) {
        int before = at.count();
        var values = new @Nullable Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = fields.get(i).read(object, at, given, meant);
        }
        // What was meant by a mistyped name is missing, though nothing more is said of it.
        if (!meant.isEmpty() || at.count() > before) {
            return null;
        }
        var record = create(values);
        if (record instanceof Checked checked) {
            checked.check(at);
        }
        return at.count() > before ? null : record;
    }

    /** Tells of fields that there are not; those that were probably meant instead. */
    private Set<String> refuseUnknown(JsonNode object, Place at) {
        var meant = Set.<String>of();
        for (var entry : object.properties()) {
            if (!at.isFull() && !known.contains(entry.getKey())) {
                at.field(entry.getKey()).unknown(names);
                meant = new HashSet<>(meant);
                Suggestion.nearest(entry.getKey(), names).ifPresent(meant::add);
            }
        }
        return meant;
    }

    private Record create(@Nullable Object[] values) {
        try {
            return (Record) constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            if (refused.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(constructor + " failed", refused);
        } catch (InstantiationException | IllegalAccessException impossible) {
            throw new IllegalStateException(constructor + " cannot be called", impossible);
        }
    }

    ObjectNode write(Record record) {
        var object = JsonNodeFactory.instance.objectNode();
        writeFields(record, object);
        return object;
    }

    void writeFields(Record record, ObjectNode object) {
        for (var field : fields) {
            field.write(record, object);
        }
    }
}
