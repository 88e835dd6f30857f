package dev.garboard.nodeconfig.binding;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads records from JSON trees and writes them. The record says everything itself: a component is a field, its annotations are what may stand
 * there ({@link Matches}, {@link OneOf}, {@link Range}, {@link Size}) and what holds when nothing does ({@link Default}); one that is {@code
 * @Nullable}, a list or a map may be left out; what one field demands of another is a {@link Checked#check}.
 *
 * <p>Components are texts, whole numbers, flags, times, enumerations, lists, maps whose keys stand as texts, records, {@code Object} for any JSON, and
 * every type with a static method that is {@link FromText}, which stands as the text that its {@code toString} gives.
 */
public final class Binder {

    private Binder() {}

    /**
     * The record in a tree.
     *
     * @return null when something is wrong; {@code at} then knows everything that is
     */
    public static <R extends Record> @Nullable R read(Class<R> type, JsonNode node, Place at) {
        return read(type, node, at, Map.of());
    }

    /**
     * The record in a tree.
     *
     * @param given values of the components that are {@link Given}, by their names
     * @return null when something is wrong; {@code at} then knows everything that is
     */
    public static <R extends Record> @Nullable R read(Class<R> type, JsonNode node, Place at, Map<String, ?> given) {
        return type.cast(RecordShape.of(type).read(node, at, given));
    }

    /** Fields that say nothing (null, empty lists, maps and objects) are left out; keys of maps are sorted. */
    public static ObjectNode write(Record record) {
        return RecordShape.of(record.getClass()).write(record);
    }
}
