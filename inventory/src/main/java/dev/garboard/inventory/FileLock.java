package dev.garboard.inventory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second process off a SQLite file: watches are told by the process that writes, and leases are kept in its memory. The kernel
 * drops the lock when the process dies, however it dies.
 */
final class FileLock implements AutoCloseable {

    /** The kernel's lock belongs to the process: closing a second channel of this process would drop the lock of the first. */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private FileLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static FileLock acquire(Path database) {
        var file = database.resolveSibling(database.getFileName() + ".lock");
        if (!HELD_HERE.add(file)) {
            throw inUse(database, "this process");
        }
        try {
            return new FileLock(file, open(database, file));
        } catch (IOException | RuntimeException refused) {
            HELD_HERE.remove(file);
            if (refused instanceof InventoryUnavailableException known) {
                throw known;
            }
            throw new InventoryUnavailableException(
                    "cannot lock database " + database + " with " + file + ": " + refused
                            + "; the directory must exist and be writable for the user garboard runs as",
                    refused);
        }
    }

    private static FileChannel open(Path database, Path file) throws IOException {
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw inUse(database, "process " + Files.readString(file).strip());
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static InventoryUnavailableException inUse(Path database, String holder) {
        return new InventoryUnavailableException("database " + database + " is in use by " + holder
                + "; one SQLite file serves one server. Stop that server, or use the operator API while it runs");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException closing) {
            throw new InventoryUnavailableException("cannot release " + file, closing);
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
