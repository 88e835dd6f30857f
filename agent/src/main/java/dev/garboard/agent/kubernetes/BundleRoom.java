package dev.garboard.agent.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much room there is for another bundle: on a disk, or in the memory that the node's root lies in. */
public final class BundleRoom {

    /** What must be left over, for logs on a disk and for programs in memory. */
    static final long RESERVE = 64L << 20;

    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";
    private static final List<String> IN_MEMORY = List.of("tmpfs", "ramfs", "rootfs");

    private BundleRoom() {}

    /** The bytes that a bundle may have. */
    public static long bytes() throws IOException {
        Files.createDirectories(NodePaths.BUNDLE_FILES);
        var store = Files.getFileStore(NodePaths.BUNDLE_FILES);
        long room = store.getUsableSpace();
        if (IN_MEMORY.contains(store.type())) {
            room = Math.min(room, availableMemory(Files.readString(MEMORY)));
        }
        return Math.max(0, room - RESERVE);
    }

    /** From the text of {@code /proc/meminfo}. */
    static long availableMemory(String meminfo) {
        return meminfo.lines()
                        .filter(line -> line.startsWith(AVAILABLE))
                        .map(line -> line.substring(AVAILABLE.length())
                                .replace("kB", "")
                                .strip())
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElse(0)
                << 10;
    }

    static void require(long wanted, String bundle) throws IOException {
        long room = bytes();
        if (wanted > room) {
            throw new IOException(bundle + " needs " + (wanted >> 20) + " MiB at " + NodePaths.BUNDLE_FILES
                    + ", and there is room for " + (room >> 20)
                    + " MiB; give the machine more memory or a disk, or remove images and pods from it");
        }
    }
}
