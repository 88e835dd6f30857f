package dev.garboard.nodeconfig.binding;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** Gets the value of a component out of a record. */
record ComponentValue(Method accessor) {

    static ComponentValue of(RecordComponent component) {
        var accessor = component.getAccessor();
        accessor.setAccessible(true);
        return new ComponentValue(accessor);
    }

    @Nullable
    Object in(Record record) {
        try {
            return accessor.invoke(record);
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalStateException(accessor + " failed", impossible);
        }
    }
}
