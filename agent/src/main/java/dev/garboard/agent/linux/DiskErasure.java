package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes a disk one on which nothing is. Its blocks are not written one by one, which takes hours: superblock and copies go, and both ends are
 * zeroed but for a mark, which says that the rest means nothing. Whatever is put on the disk later writes over one of them.
 */
public final class DiskErasure {

    /** Partition tables, RAID and volume managers keep what they know at either end. */
    static final int ENDS = 1 << 20;

    private static final int MARK = 4096;
    private static final String WORDS =
            "garboard: erased by a reset; what is left here means nothing. It was the file system ";
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private DiskErasure() {}

    /**
     * Erases it. When this ends in between, either the file system is there as before, or the next call finishes.
     *
     * @param fileSystem UUID of the file system whose data is given up, in lower case
     * @throws IOException when it cannot be written, or is too small to have been a node's
     */
    public static void erase(Path device, String fileSystem) throws IOException {
        if (!UUID.matcher(fileSystem).matches()) {
            throw new IllegalArgumentException("\"" + fileSystem + "\" is no UUID of a file system");
        }
        try (var disk = FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = disk.size();
            if (size < 2L * ENDS) {
                throw new IOException(device + " has " + size + " bytes, at least " + 2 * ENDS + " were expected");
            }
            for (var copy : SuperblockCopies.all(disk, size)) {
                write(disk, copy.at(), new byte[SuperblockCopies.SIZE]);
            }
            write(disk, size - ENDS, last(fileSystem));
            disk.force(true);
            // The superblock itself goes last: until then the file system is whole.
            write(disk, 0, first(fileSystem));
            disk.force(true);
        }
    }

    /** The file system that was erased from a disk; empty when it was not erased, or used since. */
    static Optional<String> erased(FileChannel disk, long size) throws IOException {
        if (size < 2L * ENDS) {
            return Optional.empty();
        }
        byte[] first = DiskRemains.read(disk, 0, ENDS).array();
        var text = new String(first, 0, WORDS.length() + 36, StandardCharsets.US_ASCII);
        var uuid = text.substring(WORDS.length());
        if (!text.startsWith(WORDS) || !UUID.matcher(uuid).matches()) {
            return Optional.empty();
        }
        byte[] last = DiskRemains.read(disk, size - ENDS, ENDS).array();
        return Arrays.equals(first, first(uuid)) && Arrays.equals(last, last(uuid))
                ? Optional.of(uuid)
                : Optional.empty();
    }

    private static byte[] first(String fileSystem) {
        var bytes = new byte[ENDS];
        mark(fileSystem, bytes, 0);
        return bytes;
    }

    private static byte[] last(String fileSystem) {
        var bytes = new byte[ENDS];
        mark(fileSystem, bytes, ENDS - MARK);
        return bytes;
    }

    private static void mark(String fileSystem, byte[] bytes, int at) {
        byte[] text = (WORDS + fileSystem + "\n").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, at, text.length);
    }

    private static void write(FileChannel disk, long at, byte[] content) throws IOException {
        var bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            disk.write(bytes, at + bytes.position());
        }
    }
}
