package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts a file system that lies in a file with its dm-verity tree. Where the kernel has a device mapper every block is
 * checked as it is read; elsewhere, in a container on a foreign kernel, the whole file was checked before and that must do.
 */
public final class BundleMounts {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.bundle");
    private static final String TYPE = "erofs";
    private static final Path MAPPER = Path.of("/dev/mapper/control");

    private BundleMounts() {}

    /** Mounts the file; does nothing when something is mounted at the target already. */
    public static void mount(Path file, Path target, String rootHash, long verityOffset) throws IOException {
        Files.createDirectories(target);
        if (Mounts.isMountPoint(target)) {
            return;
        }
        if (checksEveryBlock()) {
            try (var loop = LoopDevice.attach(file)) {
                mount(VerityDevice.map(loop.path(), name(target), rootHash, verityOffset), target);
            }
            LOG.info(
                    "{}: whenever it is read, every block is what was signed (dm-verity, root hash {})",
                    target.getFileName(),
                    rootHash);
            return;
        }
        LOG.info("this kernel has no device mapper here: {} was verified as a whole", file.getFileName());
        try {
            mount(file.toString(), target);
        } catch (SystemCallException needsDevice) {
            if (needsDevice.errno() != Libc.ENOTBLK) {
                throw needsDevice;
            }
            try (var loop = LoopDevice.attach(file)) {
                mount(loop.path(), target);
            }
        }
    }

    /** Whether the kernel checks every block as it is read; if not, the whole file must be checked before it is mounted. */
    public static boolean checksEveryBlock() {
        return Files.exists(MAPPER);
    }

    /** Whether a block of it was read that is not what was signed: memory or disk are damaged, or were tampered with. */
    public static boolean isDamaged(Path target) {
        try {
            return checksEveryBlock() && VerityDevice.isDamaged(name(target));
        } catch (SystemCallException notMapped) {
            LOG.debug("{}", notMapped.getMessage());
            return false;
        }
    }

    private static void mount(String source, Path target) {
        Mounts.mount(source, target, TYPE, Mounts.READ_ONLY | Mounts.NO_DEVICES | Mounts.NO_SET_USER);
    }

    private static String name(Path target) {
        return "bundle-" + target.getFileName();
    }

    /** Takes a mount away if no program of it runs and no file of it is open; whether it is gone. */
    public static boolean unmountUnlessBusy(Path target) {
        try {
            if (Mounts.isMountPoint(target)) {
                Libc.umount2(target.toString(), 0);
            }
            if (checksEveryBlock()) {
                VerityDevice.remove(name(target));
            }
            Files.deleteIfExists(target);
            return true;
        } catch (LastErrorException | SystemCallException | IOException busy) {
            return false;
        }
    }
}
