package dev.garboard.operatorapi;

import java.time.Duration;

/** Durations as kubectl shows them: two units at most, the smaller one only while it matters. */
final class Age {

    private Age() {}

    static String of(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < 120) {
            return seconds + "s";
        }
        if (minutes < 10) {
            return pair(minutes, "m", seconds % 60, "s");
        }
        if (hours < 3) {
            return minutes + "m";
        }
        if (hours < 8) {
            return pair(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        if (days < 8) {
            return pair(days, "d", hours % 24, "h");
        }
        return days < 730 ? days + "d" : pair(days / 365, "y", days % 365, "d");
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit) {
        return large + largeUnit + (small == 0 ? "" : small + smallUnit);
    }
}
