package dev.garboard.agent.logging;

import org.slf4j.event.Level;

/** Tells the level of a line that a program wrote: as Kubernetes (klog), containerd (logfmt) and etcd (JSON) write it. */
public final class LogLevels {

    private LogLevels() {}

    /** The line's level; INFO when it does not say. */
    public static Level of(String line) {
        if (isKlog(line)) {
            return switch (line.charAt(0)) {
                case 'W' -> Level.WARN;
                case 'E', 'F' -> Level.ERROR;
                default -> Level.INFO;
            };
        }
        String start = line.substring(0, Math.min(line.length(), 120));
        if (says(start, "warning") || says(start, "warn")) {
            return Level.WARN;
        }
        if (says(start, "error")
                || says(start, "fatal")
                || says(start, "panic")
                || start.startsWith("panic:")
                || start.startsWith("fatal error:")) {
            return Level.ERROR;
        }
        return Level.INFO;
    }

    /** A letter, month and day: {@code E1123 21:50:01.000000}. */
    private static boolean isKlog(String line) {
        return line.length() > 5
                && "IWEF".indexOf(line.charAt(0)) >= 0
                && line.substring(1, 5).chars().allMatch(c -> c >= '0' && c <= '9')
                && line.charAt(5) == ' ';
    }

    private static boolean says(String line, String level) {
        return line.contains("level=" + level) || line.contains("\"level\":\"" + level + "\"");
    }
}
