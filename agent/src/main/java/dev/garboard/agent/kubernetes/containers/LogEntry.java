package dev.garboard.agent.kubernetes.containers;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * One line of a container's log file: {@code TIME STREAM TAG[:TAG...] TEXT}, as CRI says it. Containers write what they like and disks fill up
 * in the middle of a line, so a line that is none of these is kept as it is.
 *
 * @param time RFC 3339 with nanoseconds; null when the line has no such form
 * @param stream {@code stdout} or {@code stderr}; empty when the line has no such form
 * @param partial whether the container's line was longer and goes on in the next entry of its stream (tag P, not F)
 */
record LogEntry(@Nullable Instant time, String stream, boolean partial, ByteString text) {

    /** Longest time there is: 2026-11-26T07:30:00.123456789+00:00. */
    private static final int LONGEST_FIELD = 64;

    /** Of a line without its end. */
    static LogEntry parse(ByteString line) {
        int timeEnd = blank(line, 0);
        int streamEnd = timeEnd < 0 ? -1 : blank(line, timeEnd + 1);
        if (streamEnd < 0) {
            return raw(line);
        }
        // An empty line of the container may come without the blank after its tag.
        int found = blank(line, streamEnd + 1);
        int tagEnd = found < 0 ? line.size() : found;
        String stream = text(line, timeEnd + 1, streamEnd);
        String tag = text(line, streamEnd + 1, tagEnd).split(":", 2)[0];
        if (!(stream.equals("stdout") || stream.equals("stderr")) || !(tag.equals("P") || tag.equals("F"))) {
            return raw(line);
        }
        try {
            // Instant knows the offsets that containerd writes where the node's time zone is not UTC.
            var time = Instant.parse(text(line, 0, timeEnd));
            return new LogEntry(time, stream, tag.equals("P"), line.substring(Math.min(tagEnd + 1, line.size())));
        } catch (DateTimeParseException none) {
            return raw(line);
        }
    }

    private static LogEntry raw(ByteString line) {
        return new LogEntry(null, "", false, line);
    }

    private static int blank(ByteString line, int from) {
        int last = Math.min(line.size(), from + LONGEST_FIELD);
        for (int i = from; i < last; i++) {
            if (line.byteAt(i) == ' ') {
                return i;
            }
        }
        return -1;
    }

    private static String text(ByteString line, int from, int to) {
        return to - from > LONGEST_FIELD ? "" : line.substring(from, to).toString(StandardCharsets.ISO_8859_1);
    }
}
