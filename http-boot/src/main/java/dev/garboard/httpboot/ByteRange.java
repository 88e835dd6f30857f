package dev.garboard.httpboot;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What part of a file a request asks for (RFC 9110 section 14). */
sealed interface ByteRange {

    /** All of it: no range, several ranges, or a range that makes no sense. */
    record Whole() implements ByteRange {}

    /** A part that exists. */
    record Part(long from, long length) implements ByteRange {}

    /** A well-formed range that lies outside the file. */
    record Outside() implements ByteRange {}

    Pattern SYNTAX = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    static ByteRange parse(@Nullable String header, long size) {
        if (header == null) {
            return new Whole();
        }
        var match = SYNTAX.matcher(header);
        if (!match.matches()) {
            return new Whole();
        }
        var first = match.group(1);
        var last = match.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? new Whole() : suffix(Long.parseLong(last), size);
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
        if (to < from) {
            return new Whole();
        }
        return from >= size ? new Outside() : new Part(from, Math.min(to, size - 1) - from + 1);
    }

    private static ByteRange suffix(long count, long size) {
        long length = Math.min(count, size);
        return length == 0 ? new Outside() : new Part(size - length, length);
    }
}
