package dev.garboard.inventory;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The components of a record type as its JSON form needs them, looked up once for each type. */
record RecordShape(Constructor<?> constructor, List<Field> fields) {

    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return of(type);
        }
    };

    /** One component; nullable ones may be absent. */
    record Field(String name, Type type, boolean nullable, RecordComponent component) {

        @Nullable
        Object value(Record record) {
            try {
                return component.getAccessor().invoke(record);
            } catch (IllegalAccessException | InvocationTargetException impossible) {
                throw new IllegalStateException("accessor of " + component + " failed", impossible);
            }
        }
    }

    static RecordShape of(Record record) {
        return SHAPES.get(record.getClass());
    }

    static RecordShape ofType(Class<?> type) {
        return SHAPES.get(type);
    }

    private static RecordShape of(Class<?> type) {
        var components = type.getRecordComponents();
        var fields = new ArrayList<Field>();
        for (var component : components) {
            var nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            fields.add(new Field(component.getName(), component.getGenericType(), nullable, component));
        }
        var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return new RecordShape(type.getDeclaredConstructor(types), List.copyOf(fields));
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(type + " has no canonical constructor", impossible);
        }
    }

    Object create(@Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            if (refused.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(constructor + " failed", refused);
        } catch (InstantiationException | IllegalAccessException impossible) {
            throw new IllegalStateException(constructor + " cannot be called", impossible);
        }
    }

    List<String> names() {
        return fields.stream().map(Field::name).toList();
    }
}
