package dev.garboard.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes files of text so that after a power failure there is the old one or the new one, whole. */
final class DurableFile {

    private DurableFile() {}

    /**
     * Writes all at once or not at all; what was there is replaced.
     *
     * @param text ASCII
     * @param permissions as {@code ls} writes them, for example {@code rw-------}
     */
    static void write(Path file, String text, String permissions) {
        var directory = file.toAbsolutePath().getParent();
        try {
            var attributes = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
            // Created with its final permissions: a key must not be readable by others even for a moment.
            var temporary = Files.createTempFile(directory, file.getFileName() + ".", ".tmp", attributes);
            try {
                try (var channel = FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE))) {
                    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
            // The new name is on the disk only when its directory is.
            try (var names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (AccessDeniedException denied) {
            throw new TrustException("no permission to write " + file + "; check the owner of " + directory, denied);
        } catch (NoSuchFileException missing) {
            throw new TrustException(
                    "cannot write " + file + ": the directory " + directory + " does not exist", missing);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + file + ": " + failed.getMessage(), failed);
        }
    }
}
