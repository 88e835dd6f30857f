package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.FileSystemSpace;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What one directory of the node is for, and what is said when its file system has no room left.
 *
 * @param loss what does not work then
 * @param remedy what makes room
 */
record DiskRoom(String directory, String loss, String remedy) {

    private static final long MB = 1 << 20;
    private static final long GB = 1 << 30;

    /** Above the 1 % at which the kubelet begins to evict pods, so that it is said before that happens. */
    private static final double LOW = 0.03;

    /** A large disk has room enough at less. */
    private static final long ENOUGH_BYTES = GB;

    private static final long ENOUGH_FILES = 10_000;

    /** What is wrong with the file system that holds these directories; empty when there is room. */
    static Optional<String> complaint(List<DiskRoom> rooms, FileSystemSpace space) {
        if (space.freeBytes() < Math.min(ENOUGH_BYTES, (long) (space.bytes() * LOW))) {
            return Optional.of(
                    complaint(rooms, "is full, " + size(space.freeBytes()) + " free of " + size(space.bytes())));
        }
        if (space.freeFiles() < Math.min(ENOUGH_FILES, (long) (space.files() * LOW))) {
            return Optional.of(
                    complaint(rooms, "is full, room for " + space.freeFiles() + " more files of " + space.files()));
        }
        return Optional.empty();
    }

    private static String complaint(List<DiskRoom> rooms, String what) {
        return "the disk of " + all(rooms, DiskRoom::directory) + " " + what + ": " + all(rooms, DiskRoom::loss) + "; "
                + all(rooms, DiskRoom::remedy) + ", or give the machine a larger disk";
    }

    private static String all(List<DiskRoom> rooms, Function<DiskRoom, String> part) {
        return rooms.stream().map(part).distinct().collect(Collectors.joining(", "));
    }

    private static String size(long bytes) {
        return bytes >= 10 * GB ? bytes / GB + " GB" : bytes / MB + " MB";
    }
}
