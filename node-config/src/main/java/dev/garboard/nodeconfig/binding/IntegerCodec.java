package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Whole numbers within bounds; {@code wide} ones are {@code long}. */
record IntegerCodec(boolean wide, long min, long max, String expected) implements Codec {

    static IntegerCodec ofInt(@Nullable Range range) {
        return of(false, range, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    static IntegerCodec ofLong(@Nullable Range range) {
        return of(true, range, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static IntegerCodec of(boolean wide, @Nullable Range range, long min, long max) {
        return range == null
                ? new IntegerCodec(wide, min, max, "an integer")
                : new IntegerCodec(
                        wide, range.min(), range.max(), "an integer from " + range.min() + " to " + range.max());
    }

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= min && node.longValue() <= max) {
            return wide ? (Object) node.longValue() : (Object) node.intValue();
        }
        at.wrong(node, expected);
        return null;
    }

    @Override
    public JsonNode write(Object value) {
        return Trees.tree(value);
    }
}
