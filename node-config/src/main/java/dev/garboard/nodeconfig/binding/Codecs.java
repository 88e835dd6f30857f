package dev.garboard.nodeconfig.binding;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Finds the codec of a component by its type and what its annotations say of the values. */
final class Codecs {

    private Codecs() {}

    static Codec of(AnnotatedType type) {
        if (type instanceof AnnotatedParameterizedType collection) {
            var raw = ((ParameterizedType) collection.getType()).getRawType();
            var arguments = collection.getAnnotatedActualTypeArguments();
            var bounds = Bounds.of(type.getAnnotation(Size.class));
            return raw == List.class
                    ? new ListCodec(of(arguments[0]), bounds)
                    : MapCodec.of(raw, of(arguments[0]), of(arguments[1]), bounds);
        }
        return of((Class<?>) type.getType(), type);
    }

    private static Codec of(Class<?> type, AnnotatedType annotated) {
        if (type == boolean.class || type == Boolean.class) {
            return new FlagCodec();
        }
        if (type == int.class || type == Integer.class) {
            return IntegerCodec.ofInt(annotated.getAnnotation(Range.class));
        }
        if (type == long.class || type == Long.class) {
            return IntegerCodec.ofLong(annotated.getAnnotation(Range.class));
        }
        if (type == Object.class || type == ObjectNode.class) {
            return new TreeCodec(type == ObjectNode.class);
        }
        if (type.isEnum()) {
            return new EnumCodec(type);
        }
        var form = TextForm.of(type);
        if (form != null) {
            return new TextCodec(form, annotated.getAnnotation(OneOf.class), matches(annotated));
        }
        if (type.isRecord()) {
            return new RecordCodec(type.asSubclass(Record.class));
        }
        throw new IllegalStateException(type + " has no JSON form; give it a method that is @FromText");
    }

    /** Its own, or that of an annotation which stands for one. */
    private static @Nullable Matches matches(AnnotatedType annotated) {
        for (Annotation annotation : annotated.getAnnotations()) {
            var matches = annotation instanceof Matches own
                    ? own
                    : annotation.annotationType().getAnnotation(Matches.class);
            if (matches != null) {
                return matches;
            }
        }
        return null;
    }
}
