package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.Nullable;

/** How many elements a list or a map may have. */
record Bounds(int min, int max) {

    static Bounds of(@Nullable Size size) {
        return size == null ? new Bounds(0, Integer.MAX_VALUE) : new Bounds(size.min(), size.max());
    }

    boolean hold(int size) {
        return size >= min && size <= max;
    }

    /** What follows "a list". */
    String words() {
        if (max == Integer.MAX_VALUE) {
            return min == 0 ? "" : " of at least " + min;
        }
        return min == 0 ? " of at most " + max : " of " + min + " to " + max;
    }
}
