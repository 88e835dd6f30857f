package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The modules that containers and their networks need, and those for file systems on disks. They lie in the root image and are loaded when the
 * node becomes part of a cluster or gets a disk; the others are loaded by stage-0. A container on a foreign kernel has none: that kernel has what it has.
 */
public final class KernelModules {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.modules");
    private static final int ENODEV = 19;

    private KernelModules() {}

    /** Loads those for containers. */
    public static void loadForContainers() throws IOException {
        load("order");
    }

    /** Loads those for file systems on disks. */
    public static void loadForDisks() throws IOException {
        load("order.disks");
    }

    /** In the order of their dependencies, which the image builder has written down. */
    private static void load(String list) throws IOException {
        // Only those that were built for the running kernel: the node may be a container on another one.
        Path directory = Path.of("/lib/modules", Kernel.release());
        Path order = directory.resolve(list);
        if (!Files.exists(order)) {
            return;
        }
        long begin = System.nanoTime();
        int loaded = 0;
        for (String name : Files.readAllLines(order)) {
            loaded += load(directory.resolve(name)) ? 1 : 0;
        }
        if (loaded > 0) {
            LOG.info("{} kernel modules loaded in {} ms", loaded, (System.nanoTime() - begin) / 1_000_000);
        }
    }

    private static boolean load(Path module) {
        try {
            int file = Libc.open(module.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
            try {
                Libc.syscall(Libc.word(Libc.SYS_FINIT_MODULE), file, "", 0);
                return true;
            } finally {
                Libc.close(file);
            }
        } catch (LastErrorException refused) {
            int errno = refused.getErrorCode();
            if (errno != Libc.EEXIST && errno != ENODEV) {
                LOG.warn("kernel module {}: {}", module.getFileName(), refused.getMessage());
            }
            return false;
        }
    }
}
