package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What is left on a disk on which libblkid recognises nothing: the copies of a superblock that ext2, ext3 and ext4 keep, or bytes that nobody
 * knows. A disk whose first blocks were damaged is not an empty one, and one that a reset has erased is.
 */
final class DiskRemains {

    private static final int SAMPLE = 4096;
    private static final int SAMPLES = 1024;

    private static final int ENDS = DiskErasure.ENDS;

    private DiskRemains() {}

    /**
     * Reads the places where copies lie, then both ends and a thousand places between them: a few MB in all.
     *
     * @throws IOException when it cannot be read
     */
    static DiskContent of(Path device) throws IOException {
        try (var disk = FileChannel.open(device, StandardOpenOption.READ)) {
            long size = disk.size();
            var copy = SuperblockCopies.first(disk, size);
            if (copy.isPresent()) {
                return new DiskContent(
                        DiskContent.Kind.DAMAGED,
                        "ext4",
                        copy.get().label(),
                        copy.get().uuid());
            }
            var erased = DiskErasure.erased(disk, size);
            if (erased.isPresent()) {
                return new DiskContent(DiskContent.Kind.ERASED, "", "", erased.get());
            }
            return isBlank(disk, size)
                    ? new DiskContent(DiskContent.Kind.NOTHING, "", "", "")
                    : new DiskContent(DiskContent.Kind.UNKNOWN, "", "", "");
        }
    }

    /** Whether a file system of that UUID was made on the disk, and some copy of its superblock is left. */
    static boolean hasCopyOf(Path device, String uuid) throws IOException {
        try (var disk = FileChannel.open(device, StandardOpenOption.READ)) {
            return SuperblockCopies.all(disk, disk.size()).stream()
                    .anyMatch(copy -> copy.uuid().equals(uuid));
        }
    }

    private static boolean isBlank(FileChannel disk, long size) throws IOException {
        for (long at : List.of(0L, Math.max(0, size - ENDS))) {
            if (!isZero(read(disk, at, (int) Math.min(ENDS, size)))) {
                return false;
            }
        }
        for (long i = 1; i < SAMPLES; i++) {
            long at = size / SAMPLES * i / SAMPLE * SAMPLE;
            if (!isZero(read(disk, at, (int) Math.min(SAMPLE, size - at)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (bytes.get() != 0) {
                return false;
            }
        }
        return true;
    }

    static ByteBuffer read(FileChannel disk, long at, int count) throws IOException {
        var bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (disk.read(bytes, at + bytes.position()) < 0) {
                throw new IOException("the disk ends at " + (at + bytes.position()) + ", expected " + bytes.remaining()
                        + " more bytes");
            }
        }
        return bytes.flip();
    }
}
