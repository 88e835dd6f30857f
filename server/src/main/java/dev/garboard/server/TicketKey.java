package dev.garboard.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that the tickets of boots are made with. A ticket is the HMAC-SHA256 of its session's id: a loader that asks twice, or a server that
 * is started again meanwhile, gets the same, and it is stored nowhere.
 */
final class TicketKey {

    private static final int KEY_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "garboard boot ticket ";

    private final Path file;
    private final SecretKeySpec key;

    private TicketKey(Path file, byte[] key) {
        this.file = file;
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * Reads the key of a file; makes one at the first use, readable by its owner only.
     *
     * @throws StartException when the file cannot be read or written, or holds something else
     */
    static TicketKey open(Path file) {
        try {
            return new TicketKey(file, read(file));
        } catch (NoSuchFileException first) {
            return create(file);
        } catch (IOException unreadable) {
            throw new StartException(
                    "the key of boot tickets " + file + " cannot be read: " + unreadable.getMessage()
                            + "; give the user garboard runs as the right to",
                    unreadable);
        }
    }

    /**
     * Several servers may share the directory and start at once: the file has its name only when it is whole and on the disk, and no server replaces that
     * of another.
     */
    private static TicketKey create(Path file) {
        var random = new SecureRandom();
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        var fresh = file.resolveSibling(file.getFileName() + "." + Long.toHexString(random.nextLong()) + ".new");
        try {
            try {
                write(fresh, key);
                name(fresh, file);
            } finally {
                Files.deleteIfExists(fresh);
            }
            return new TicketKey(file, key);
        } catch (FileAlreadyExistsException other) {
            return open(file);
        } catch (IOException failed) {
            throw new StartException(
                    "the key of boot tickets " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    private static void write(Path file, byte[] key) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC),
                owner)) {
            var text = ByteBuffer.wrap(
                    (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.US_ASCII));
            while (text.hasRemaining()) {
                channel.write(text);
            }
        }
    }

    private static void name(Path fresh, Path file) throws IOException {
        try {
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException other) {
            throw other;
        } catch (FileSystemException | UnsupportedOperationException noLinks) {
            // A share without hard links. Two servers that start in the same moment could differ; deliveries are
            // compared.
            Files.move(fresh, file);
        }
        var directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static byte[] read(Path file) throws IOException {
        try {
            var key = Base64.getDecoder().decode(Files.readString(file).strip());
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // Said below, with what helps.
        }
        throw new StartException(
                file + " holds no key of " + KEY_BYTES
                        + " bytes in base64; delete it, and a new one is made: boots under way then have to start over",
                null);
    }

    /** The ticket of a boot. */
    byte[] ticketOf(String session) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal((PURPOSE + session).getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, unusable);
        }
    }

    /** Names the file, never the key. */
    @Override
    public String toString() {
        return "TicketKey[" + file + "]";
    }
}
