package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agent.linux.FileSystemSpace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiskRoomTest {

    private static final long MB = 1 << 20;
    private static final DiskRoom IMAGES = new DiskRoom("/images", "no image can be stored", "delete images");
    private static final DiskRoom LOGS = new DiskRoom("/logs", "nothing can be logged", "delete images");

    @Test
    void thereIsRoom() {
        assertEquals(Optional.empty(), complaint(new FileSystemSpace(1000 * MB, 30 * MB, 1000, 30)));
        assertEquals(Optional.empty(), complaint(new FileSystemSpace(4_000_000 * MB, 2000 * MB, 0, 0)));
    }

    @Test
    void saysWhatIsFullWhatThatMeansAndWhatHelps() {
        assertEquals(
                Optional.of("the disk of /images, /logs is full, 29 MB free of 1000 MB: no image can be stored, nothing"
                        + " can be logged; delete images, or give the machine a larger disk"),
                complaint(new FileSystemSpace(1000 * MB, 29 * MB, 1000, 30)));
    }

    @Test
    void aFileSystemMayRunOutOfFilesToo() {
        assertEquals(
                Optional.of("the disk of /images, /logs is full, room for 2 more files of 1000: no image can be stored,"
                        + " nothing can be logged; delete images, or give the machine a larger disk"),
                complaint(new FileSystemSpace(1000 * MB, 900 * MB, 1000, 2)));
    }

    /** Three hundredths of a large disk are room for a long time. */
    @Test
    void aLargeDiskHasRoomAtLess() {
        assertEquals(Optional.empty(), complaint(new FileSystemSpace(40 * 1024 * MB, 1024 * MB, 4_000_000, 10_000)));
        assertEquals(
                Optional.of("the disk of /images, /logs is full, 1023 MB free of 40 GB: no image can be stored, nothing"
                        + " can be logged; delete images, or give the machine a larger disk"),
                complaint(new FileSystemSpace(40 * 1024 * MB, 1023 * MB, 0, 0)));
        assertEquals(
                Optional.of(
                        "the disk of /images, /logs is full, 1 MB free of 10 GB: no image can be stored, nothing can"
                                + " be logged; delete images, or give the machine a larger disk"),
                complaint(new FileSystemSpace(10 * 1024 * MB, MB, 0, 0)));
        assertEquals(
                Optional.of("the disk of /images, /logs is full, room for 9999 more files of 4000000: no image can be"
                        + " stored, nothing can be logged; delete images, or give the machine a larger disk"),
                complaint(new FileSystemSpace(40 * 1024 * MB, 1024 * MB, 4_000_000, 9_999)));
    }

    private static Optional<String> complaint(FileSystemSpace space) {
        return DiskRoom.complaint(List.of(IMAGES, LOGS), space);
    }
}
