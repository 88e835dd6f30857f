package dev.garboard.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the log lines about what was dropped: so many of one reason in a while, then a count of those left out. Whoever floods a port fills a
 * counter and not a disk. Safe for several threads.
 */
final class DropLog {

    static final int LINES = 10;
    static final Duration WINDOW = Duration.ofSeconds(10);
    /** Reasons are of a fixed set; this only guards against one that is not. */
    private static final int MAXIMUM_REASONS = 256;

    private final InstantSource clock;
    private final Map<String, Window> windows = new HashMap<>();

    private record Window(Instant since, int lines, long leftOut) {}

    /**
     * Whether to write a line.
     *
     * @param leftOut how many of this reason were not written before it
     */
    record Verdict(boolean write, long leftOut) {}

    DropLog(InstantSource clock) {
        this.clock = clock;
    }

    synchronized Verdict ask(String reason) {
        var now = clock.instant();
        var window = windows.get(reason);
        if (window == null || !now.isBefore(window.since().plus(WINDOW))) {
            if (window == null && windows.size() >= MAXIMUM_REASONS) {
                windows.clear();
            }
            windows.put(reason, new Window(now, 1, 0));
            return new Verdict(true, window == null ? 0 : window.leftOut());
        }
        boolean write = window.lines() < LINES;
        windows.put(
                reason,
                write
                        ? new Window(window.since(), window.lines() + 1, window.leftOut())
                        : new Window(window.since(), window.lines(), window.leftOut() + 1));
        return new Verdict(write, 0);
    }
}
