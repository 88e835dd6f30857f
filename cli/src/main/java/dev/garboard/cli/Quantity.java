package dev.garboard.cli;

import com.google.protobuf.Duration;
import java.util.Locale;

/** Amounts in tables, short enough for a column. */
final class Quantity {

    private static final double MIB = 1 << 20;

    private Quantity() {}

    static String memory(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / MIB);
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.getSeconds() + duration.getNanos() / 1e9);
    }
}
