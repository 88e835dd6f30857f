package dev.garboard.lab;

import dev.garboard.trust.ForeignText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the end of a log, and what is added to it. */
final class LogTail {

    private static final int MOST = 64 * 1024;

    /** Firmware paints its console: cursor movements, colours, carriage returns. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001b\\[[0-9;?=]*[A-Za-z]|\u001b[()][A-Z0-9]|\u001b.|[\\r\\x00\\x07\\x08]");

    private static final Pattern LINE_END = Pattern.compile("\n");

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

    /** Without what firmware paints with, and with everything else that a terminal would obey written out. */
    static String plain(String octets) {
        var text = new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        // With the limit -1 a line end at the end stays, which the caller prints.
        return Arrays.stream(LINE_END.split(ESCAPES.matcher(text).replaceAll(""), -1))
                .map(line -> ForeignText.printable(line.replace("\t", "    "), MOST))
                .collect(Collectors.joining("\n"));
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
