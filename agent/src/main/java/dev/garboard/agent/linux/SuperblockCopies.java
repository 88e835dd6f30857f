package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The copies of its superblock that ext2, ext3 or ext4 keeps all over a disk: with the feature {@code sparse_super}, which mke2fs sets, in group 1
 * and the powers of 3, 5 and 7. They outlive most of what is written over the file system.
 */
final class SuperblockCopies {

    static final int SIZE = 1024;

    private static final int[] BLOCK_SIZES = {1024, 2048, 4096};
    private static final int MAGIC = 0xEF53;

    /** Offsets in {@code struct ext4_super_block} of the kernel. */
    private static final int LOG_BLOCK_SIZE = 0x18;

    private static final int MAGIC_AT = 0x38;
    private static final int GROUP_AT = 0x5A;
    private static final int UUID_AT = 0x68;
    private static final int LABEL_AT = 0x78;
    private static final int LABEL_BYTES = 16;

    /**
     * What such a copy says of its file system.
     *
     * @param at where it lies, in bytes from the beginning
     * @param uuid in lower case
     */
    record Copy(long at, String label, String uuid) {}

    private record Place(long at, int blockSize, long group) {}

    private SuperblockCopies() {}

    /** All of them, whichever file system's; the places of small blocks come first. */
    static List<Copy> all(FileChannel disk, long size) throws IOException {
        var found = new ArrayList<Copy>();
        for (var place : places(size)) {
            at(disk, place).ifPresent(found::add);
        }
        return found;
    }

    /** The first of them. */
    static Optional<Copy> first(FileChannel disk, long size) throws IOException {
        for (var place : places(size)) {
            var found = at(disk, place);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static List<Place> places(long size) {
        var places = new ArrayList<Place>();
        for (int block : BLOCK_SIZES) {
            // With blocks of 1 KB the first one is the boot loader's, and groups begin after it.
            long first = block == SIZE ? 1 : 0;
            long bytes = 8L * block * block;
            for (long group : groups(size / bytes)) {
                long at = group * bytes + first * block;
                if (at + SIZE <= size) {
                    places.add(new Place(at, block, group));
                }
            }
        }
        return places;
    }

    private static Iterable<Long> groups(long last) {
        var groups = new TreeSet<Long>();
        for (long base : new long[] {3, 5, 7}) {
            for (long group = 1; group <= last; group *= base) {
                groups.add(group);
            }
        }
        return groups;
    }

    private static Optional<Copy> at(FileChannel disk, Place place) throws IOException {
        var bytes = DiskRemains.read(disk, place.at(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        return (bytes.getShort(MAGIC_AT) & 0xffff) == MAGIC
                        && SIZE << bytes.getInt(LOG_BLOCK_SIZE) == place.blockSize()
                        && (bytes.getShort(GROUP_AT) & 0xffff) == (place.group() & 0xffff)
                ? Optional.of(copy(place.at(), bytes))
                : Optional.empty();
    }

    private static Copy copy(long at, ByteBuffer superblock) {
        var label = new byte[LABEL_BYTES];
        superblock.get(LABEL_AT, label);
        superblock.order(ByteOrder.BIG_ENDIAN);
        var uuid = new UUID(superblock.getLong(UUID_AT), superblock.getLong(UUID_AT + Long.BYTES));
        var text = new String(label, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return new Copy(at, end < 0 ? text : text.substring(0, end), uuid.toString());
    }
}
