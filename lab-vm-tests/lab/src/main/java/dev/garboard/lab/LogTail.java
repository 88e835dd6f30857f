package dev.garboard.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the end of a log, and what is added to it. */
final class LogTail {

    private static final int MOST = 64 * 1024;

    /** Firmware paints its console: cursor movements, colours, carriage returns. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001b\\[[0-9;?=]*[A-Za-z]|\u001b[()][A-Z0-9]|\u001b.|[\\r\\x00\\x07\\x08]");

    private final Path log;
    private long position;

    /** Starts at the log's present end. */
    LogTail(Path log) {
        this.log = log;
        this.position = size(log);
    }

    /** What was added since the last call, at most 64 KiB of it; empty when nothing was. */
    String more() {
        long size = size(log);
        if (size < position) {
            position = 0;
        }
        if (size == position) {
            return "";
        }
        var text = read(log, position, (int) Math.min(MOST, size - position));
        position += text.length();
        return text;
    }

    /** The last lines that say something, without control characters. */
    static List<String> last(Path log, int lines) {
        long size = size(log);
        int length = (int) Math.min(MOST, size);
        var all = plain(read(log, size - length, length))
                .lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isBlank())
                .toList();
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }

    static String plain(String text) {
        return ESCAPES.matcher(text).replaceAll("");
    }

    private static long size(Path log) {
        try {
            return Files.size(log);
        } catch (IOException absent) {
            return 0;
        }
    }

    /** One character a byte, so that positions are right whatever a firmware writes. */
    private static String read(Path log, long from, int length) {
        try (SeekableByteChannel channel = Files.newByteChannel(log)) {
            var buffer = ByteBuffer.allocate(length);
            channel.position(from);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // Until the buffer is full or the file ends.
            }
            return new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
        } catch (IOException absent) {
            return "";
        }
    }
}
