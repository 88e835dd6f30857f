package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.file.Path;

/** Read-only block devices over files (loop(4)). */
final class LoopDevice implements AutoCloseable {

    private static final long GET_FREE = 0x4C82;
    private static final long CONFIGURE = 0x4C0A;
    private static final int BLOCK = 4096;

    /** {@code struct loop_config}: fd, block_size, loop_info64 (232 bytes), 64 bytes reserved. */
    private static final int CONFIG = 304;

    /** {@code lo_flags} within it: 8 bytes, then lo_device to lo_encrypt_key_size. */
    private static final int FLAGS = 8 + 52;

    private static final int READ_ONLY = 1;

    /** It goes when nobody holds it: this object until the mapping or the mount does. */
    private static final int AUTOCLEAR = 4;

    private final String path;
    private final int fd;

    private LoopDevice(String path, int fd) {
        this.path = path;
        this.fd = fd;
    }

    String path() {
        return path;
    }

    /** Gives the device up; it stays while something is mounted from it. */
    @Override
    public void close() {
        Libc.close(fd);
    }

    /** Attaches the file. */
    static LoopDevice attach(Path file) {
        try {
            int backing = Libc.open(file.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
            try {
                return attach(backing);
            } finally {
                Libc.close(backing);
            }
        } catch (LastErrorException refused) {
            throw new SystemCallException("loop device over " + file, refused);
        }
    }

    private static LoopDevice attach(int backing) {
        int control = Libc.open("/dev/loop-control", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        try (var config = new Memory(CONFIG)) {
            String device = "/dev/loop" + Libc.ioctl(control, Libc.word(GET_FREE), Libc.word(0));
            config.clear();
            config.setInt(0, backing);
            config.setInt(4, BLOCK);
            config.setInt(FLAGS, READ_ONLY | AUTOCLEAR);
            var loop = new LoopDevice(device, Libc.open(device, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
            try {
                Libc.ioctl(loop.fd, Libc.word(CONFIGURE), config);
                return loop;
            } catch (LastErrorException refused) {
                loop.close();
                throw refused;
            }
        } finally {
            Libc.close(control);
        }
    }
}
