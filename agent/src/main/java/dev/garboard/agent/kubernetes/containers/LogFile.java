package dev.garboard.agent.kubernetes.containers;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a container's log file line by line, and goes on in the file that takes its place: the kubelet renames a file of 10 MiB and has
 * containerd begin a new one. Holds one buffer, however long file and lines are.
 */
final class LogFile implements AutoCloseable {

    /** containerd cuts lines at 16 KiB. What is longer is none of its lines, and comes in pieces. */
    private static final int BUFFER = 1 << 16;

    private final Path path;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).flip();
    private FileChannel file;
    private @Nullable Object key;
    private int searched;

    private LogFile(Path path, @Nullable Object key, FileChannel file) {
        this.path = path;
        this.key = key;
        this.file = file;
    }

    static LogFile open(Path path) throws IOException {
        // In this order: should the file be replaced in between, the new one is taken for a further one and read from
        // its beginning again.
        Object key = key(path);
        return new LogFile(path, key, FileChannel.open(path, StandardOpenOption.READ));
    }

    /** Goes to where the last lines begin; a line of the container may be several of the file. */
    void toTail(int lines) throws IOException {
        var starts = new long[lines];
        long found = 0;
        boolean goesOn = false;
        long start = position();
        for (var line = next(); line.isPresent(); line = next()) {
            if (!goesOn) {
                starts[(int) (found++ % lines)] = start;
            }
            goesOn = LogEntry.parse(line.get()).partial();
            start = position();
        }
        if (buffer.hasRemaining() && !goesOn) {
            starts[(int) (found++ % lines)] = start;
        }
        if (found > 0) {
            seek(found <= lines ? 0 : starts[(int) (found % lines)]);
        }
    }

    /** The next whole line without its end; empty when there is none now. */
    Optional<ByteString> next() throws IOException {
        while (true) {
            for (int i = buffer.position() + searched; i < buffer.limit(); i++) {
                if (buffer.get(i) == '\n') {
                    var line = take(i - buffer.position());
                    buffer.get();
                    return Optional.of(line);
                }
            }
            searched = buffer.remaining();
            if (searched == buffer.capacity()) {
                return Optional.of(take(searched));
            }
            buffer.compact();
            int read = file.read(buffer);
            buffer.flip();
            if (read <= 0) {
                return Optional.empty();
            }
        }
    }

    /** What comes after the last end of a line: a line that was never finished; empty when there is nothing. */
    Optional<ByteString> rest() {
        return buffer.hasRemaining() ? Optional.of(take(buffer.remaining())) : Optional.empty();
    }

    /** Whether another file has taken the place of this one. */
    boolean isReplaced() throws IOException {
        try {
            Object now = key(path);
            return now != null && !now.equals(key);
        } catch (NoSuchFileException betweenTheTwo) {
            return false;
        }
    }

    /** Goes on at the beginning of the file that is there now. */
    void reopen() throws IOException {
        key = key(path);
        var next = FileChannel.open(path, StandardOpenOption.READ);
        file.close();
        file = next;
        buffer.clear().flip();
        searched = 0;
    }

    private ByteString take(int length) {
        searched = 0;
        return ByteString.copyFrom(buffer, length);
    }

    private long position() throws IOException {
        return file.position() - buffer.remaining();
    }

    private void seek(long position) throws IOException {
        file.position(position);
        buffer.clear().flip();
        searched = 0;
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
