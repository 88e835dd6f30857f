package dev.garboard.agent.logging;

import dev.garboard.trust.ForeignText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.event.Level;

/** The last lines of one service. A reader that is too slow is told how many lines it lost. */
public final class LogRing {

    /** Longer lines are cut: one line must not displace a whole ring. */
    static final int LINE_LIMIT = 2048;

    private final LogEntry[] entries;
    private long next;

    /** One line. */
    public record LogEntry(Instant time, Level level, String text) {}

    /**
     * What a read gave.
     *
     * @param position where the next read continues
     * @param lost lines that were overwritten before this reader came to them
     */
    public record Batch(List<LogEntry> entries, long position, long lost) {}

    /** A ring that keeps {@code capacity} lines. */
    public LogRing(int capacity) {
        entries = new LogEntry[capacity];
    }

    /** Adds a line and wakes the readers. It stays one line, and without anything that a terminal obeys. */
    public synchronized void add(Instant time, Level level, String text) {
        // What programs and strangers say: readers print it on a terminal.
        String kept = ForeignText.printable(text.replace("\t", "    "), LINE_LIMIT);
        entries[(int) (next++ % entries.length)] = new LogEntry(time, level, kept);
        notifyAll();
    }

    /** The position from which the last {@code count} lines are read; 0 means all that are kept. */
    public synchronized long tail(int count) {
        long oldest = Math.max(0, next - entries.length);
        return count <= 0 ? oldest : Math.max(oldest, next - count);
    }

    /** Up to {@code limit} lines from a position on, without waiting. */
    public synchronized Batch read(long position, int limit) {
        long oldest = Math.max(0, next - entries.length);
        long from = Math.max(position, oldest);
        long to = Math.min(next, from + limit);
        var batch = new ArrayList<LogEntry>();
        for (long i = from; i < to; i++) {
            batch.add(entries[(int) (i % entries.length)]);
        }
        return new Batch(List.copyOf(batch), to, from - position);
    }

    /** Waits until there is a line at the position, at most the given time. */
    public synchronized void await(long position, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (next <= position) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }
}
