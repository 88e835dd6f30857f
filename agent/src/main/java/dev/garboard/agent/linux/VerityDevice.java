package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/** Block devices of which every block is checked against a root hash as it is read (dm-verity). */
final class VerityDevice {

    private static final int BLOCK = 4096;
    private static final int SECTORS = BLOCK / 512;

    /** {@code struct dm_ioctl}, then one {@code struct dm_target_spec} with its text. */
    private static final int HEADER = 312;

    private static final int TARGET = 40;
    private static final int REQUEST = 4096;
    private static final int NAME = 48;
    private static final int NAME_LENGTH = 127;
    private static final int DEVICE = 40;
    private static final long CREATE = call(3);
    private static final long REMOVE = call(4);
    private static final long SUSPEND = call(6);
    private static final long LOAD = call(9);
    private static final long STATUS = call(12);
    private static final int READ_ONLY = 1;

    private VerityDevice() {}

    /** {@code _IOWR(0xfd, number, struct dm_ioctl)}. */
    private static long call(int number) {
        return 0xC000_0000L | (long) HEADER << 16 | 0xfd << 8 | number;
    }

    /**
     * Creates the device.
     *
     * @param offset where the verity superblock lies: the length of the file system
     * @return its path
     */
    static String map(String device, String name, String rootHash, long offset) throws IOException {
        String table = table(device, rootHash, offset);
        remove(name);
        int control = open();
        try (var request = new Memory(REQUEST)) {
            call(control, CREATE, request, name, 0, "create");
            long number = request.getLong(DEVICE);
            prepare(request, name, READ_ONLY);
            request.setInt(20, 1);
            request.setLong(HEADER + 8, offset / BLOCK * SECTORS);
            text(request, HEADER + 24, "verity");
            text(request, HEADER + TARGET, table);
            ioctl(control, LOAD, request, "load the table of " + name + " (is dm-verity in this kernel?)");
            call(control, SUSPEND, request, name, READ_ONLY, "resume");
            return "/dev/dm-" + minor(number);
        } finally {
            Libc.close(control);
        }
    }

    /** Removes the device if it is there and nothing uses it. */
    static void remove(String name) {
        int control = open();
        try (var request = new Memory(REQUEST)) {
            prepare(request, name, 0);
            Libc.ioctl(control, Libc.word(REMOVE), request);
        } catch (LastErrorException refused) {
            if (refused.getErrorCode() != Libc.ENXIO) {
                throw new SystemCallException("remove the mapping " + name, refused);
            }
        } finally {
            Libc.close(control);
        }
    }

    /**
     * Whether a block was read since the device is there that is not what the root hash stands for; whoever read it got an error.
     * dm-verity tells it as the status of its target: V for valid, C for corruption found.
     */
    static boolean isDamaged(String name) {
        int control = open();
        try (var request = new Memory(REQUEST)) {
            call(control, STATUS, request, name, 0, "status of");
            return request.getInt(20) == 1 && request.getByte(HEADER + TARGET) == 'C';
        } finally {
            Libc.close(control);
        }
    }

    /** The superblock is not signed: what it could weaken is compared with what is built, and the salt only leads to another hash. */
    private static String table(String device, String rootHash, long offset) throws IOException {
        var superblock = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        try (var channel = FileChannel.open(Path.of(device), StandardOpenOption.READ)) {
            while (superblock.hasRemaining() && channel.read(superblock, offset + superblock.position()) >= 0) {
                // A device may give less than was asked for.
            }
        }
        long blocks = offset / BLOCK;
        var magic = new byte[8];
        superblock.get(0, magic);
        int saltLength = superblock.getShort(80) & 0xffff;
        if (!new String(magic, StandardCharsets.ISO_8859_1).equals("verity\0\0")
                || superblock.getInt(8) != 1
                || superblock.getInt(12) != 1
                || superblock.getInt(64) != BLOCK
                || superblock.getInt(68) != BLOCK
                || superblock.getLong(72) != blocks
                || !algorithm(superblock).equals("sha256")
                || saltLength > 256) {
            throw new IOException("no verity superblock with SHA-256 and " + blocks + " blocks of " + BLOCK
                    + " at offset " + offset + " of " + device);
        }
        var salt = new byte[saltLength];
        superblock.get(88, salt);
        return "1 " + device + " " + device + " " + BLOCK + " " + BLOCK + " " + blocks + " " + (blocks + 1) + " sha256 "
                + rootHash + " " + (saltLength == 0 ? "-" : HexFormat.of().formatHex(salt));
    }

    private static String algorithm(ByteBuffer superblock) {
        var name = new byte[32];
        superblock.get(32, name);
        return new String(name, StandardCharsets.ISO_8859_1).replace("\0", "");
    }

    private static int open() {
        try {
            return Libc.open("/dev/mapper/control", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        } catch (LastErrorException refused) {
            throw new SystemCallException("device mapper", refused);
        }
    }

    private static void call(int control, long call, Memory request, String name, int flags, String what) {
        prepare(request, name, flags);
        ioctl(control, call, request, what + " the mapping " + name);
    }

    private static void ioctl(int control, long call, Memory request, String what) {
        try {
            Libc.ioctl(control, Libc.word(call), request);
        } catch (LastErrorException refused) {
            throw new SystemCallException(what, refused);
        }
    }

    private static void prepare(Memory request, String name, int flags) {
        request.clear();
        request.setInt(0, 4);
        request.setInt(12, REQUEST);
        request.setInt(16, HEADER);
        request.setInt(28, flags);
        text(request, NAME, name.substring(0, Math.min(name.length(), NAME_LENGTH)));
    }

    private static void text(Memory request, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        request.write(at, bytes, 0, bytes.length);
        request.setByte((long) at + bytes.length, (byte) 0);
    }

    /** As the kernel packs a device number into 64 bits here. */
    private static long minor(long device) {
        return (device & 0xff) | ((device >>> 12) & 0xfff00);
    }
}
