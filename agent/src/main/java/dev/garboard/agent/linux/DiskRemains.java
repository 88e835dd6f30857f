package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is left on a disk on which libblkid recognises nothing: the copies of a superblock that ext2, ext3 and ext4 keep, or bytes that nobody
 * knows. A disk whose first blocks were damaged is not an empty one.
 */
final class DiskRemains {

    /** With the feature {@code sparse_super}, which mke2fs sets, copies lie in groups 1 and the powers of 3, 5 and 7. */
    private static final int[] GROUPS = {1, 3, 5, 7, 9, 25, 27, 49, 81, 125, 243, 343};

    private static final int[] BLOCK_SIZES = {1024, 2048, 4096};
    private static final int MAGIC = 0xEF53;

    /** Offsets in {@code struct ext4_super_block} of the kernel. */
    private static final int LOG_BLOCK_SIZE = 0x18;

    private static final int MAGIC_AT = 0x38;
    private static final int GROUP_AT = 0x5A;
    private static final int UUID_AT = 0x68;
    private static final int LABEL_AT = 0x78;
    private static final int LABEL_BYTES = 16;
    private static final int SUPERBLOCK = 1024;

    private static final int SAMPLE = 4096;
    private static final int SAMPLES = 1024;

    /** Partition tables, RAID and volume managers keep what they know at either end. */
    private static final int ENDS = 1 << 20;

    private DiskRemains() {}

    /**
     * Reads the places where copies lie, then both ends and a thousand places between them: a few MB in all.
     *
     * @throws IOException when it cannot be read
     */
    static DiskContent of(Path device) throws IOException {
        try (var disk = FileChannel.open(device, StandardOpenOption.READ)) {
            long size = disk.size();
            var copy = copyOfSuperblock(disk, size);
            if (copy.isPresent()) {
                return copy.get();
            }
            return isBlank(disk, size)
                    ? new DiskContent(DiskContent.Kind.NOTHING, "", "", "")
                    : new DiskContent(DiskContent.Kind.UNKNOWN, "", "", "");
        }
    }

    private static Optional<DiskContent> copyOfSuperblock(FileChannel disk, long size) throws IOException {
        for (int block : BLOCK_SIZES) {
            // With blocks of 1 KB the first one is the boot loader's, and groups begin after it.
            long first = block == SUPERBLOCK ? 1 : 0;
            for (int group : GROUPS) {
                long at = (group * 8L * block + first) * block;
                if (at + SUPERBLOCK > size) {
                    break;
                }
                var found = read(disk, at, SUPERBLOCK).order(ByteOrder.LITTLE_ENDIAN);
                if ((found.getShort(MAGIC_AT) & 0xffff) == MAGIC
                        && SUPERBLOCK << found.getInt(LOG_BLOCK_SIZE) == block
                        && (found.getShort(GROUP_AT) & 0xffff) == group) {
                    return Optional.of(damaged(found));
                }
            }
        }
        return Optional.empty();
    }

    private static DiskContent damaged(ByteBuffer superblock) {
        var label = new byte[LABEL_BYTES];
        superblock.get(LABEL_AT, label);
        superblock.order(ByteOrder.BIG_ENDIAN);
        var uuid = new UUID(superblock.getLong(UUID_AT), superblock.getLong(UUID_AT + Long.BYTES));
        var text = new String(label, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return new DiskContent(
                DiskContent.Kind.DAMAGED, "ext4", end < 0 ? text : text.substring(0, end), uuid.toString());
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

    private static ByteBuffer read(FileChannel disk, long at, int count) throws IOException {
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
