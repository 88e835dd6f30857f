package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * Changes of files that are on the disk when the method returns, whole or not at all: a machine may lose its power at any moment, and what
 * it finds then decides what it does. A rename is one step but not yet on the disk, so the directory is written out too (fsync(2)).
 */
public final class DurableFile {

    private DurableFile() {}

    /** Replaces a file; only its owner reads it. Its directory is made where there is none. */
    public static void write(Path file, byte[] content) throws IOException {
        Path directory = directory(file);
        Files.createDirectories(directory);
        Path next = Files.createTempFile(
                directory,
                ".",
                ".next",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            var left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        } catch (IOException full) {
            Files.deleteIfExists(next);
            throw full;
        }
        move(next, file);
    }

    /** Gives a file or directory another name on the same file system; what has that name already is replaced, unless it is a directory. */
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(directory(to));
        if (!directory(from).equals(directory(to))) {
            sync(directory(from));
        }
    }

    /** Deletes a file if it is there. */
    public static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            sync(directory(file));
        }
    }

    private static Path directory(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "the root is no file");
    }

    /** Writes out what was written to a file, or the names in a directory. */
    public static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
