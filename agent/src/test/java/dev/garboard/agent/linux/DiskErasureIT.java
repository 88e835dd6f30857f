package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks with file systems as mke2fs makes them, full of somebody's data. */
class DiskErasureIT {

    private static final long SIZE = 512L << 20;

    @TempDir
    private Path directory;

    private Path disk;

    @BeforeEach
    void emptyDisk() throws IOException {
        disk = directory.resolve("disk");
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(SIZE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 4096})
    void whatWasErasedIsNobodysAndSaysWhatItWas(int blockSize) throws Exception {
        var was = format(blockSize);
        write(SIZE / 2, "data of a pod".getBytes(StandardCharsets.US_ASCII));

        DiskErasure.erase(disk, was);

        assertEquals(new DiskContent(Kind.ERASED, "", "", was), DiskContent.of(disk));
        assertFalse(DiskContent.remembers(disk, was));
        assertEquals("nothing since a reset", DiskContent.of(disk).toString());
    }

    /** It may be asked for again, and end in between. */
    @Test
    void erasingTwiceIsAsOnce() throws Exception {
        var was = format(4096);
        DiskErasure.erase(disk, was);
        DiskErasure.erase(disk, was);

        assertEquals(new DiskContent(Kind.ERASED, "", "", was), DiskContent.of(disk));
    }

    /** Both ends and what libblkid knows: every format writes one of them. */
    @ParameterizedTest
    @ValueSource(longs = {0, 512, 4096, 65536, (1 << 20) - 1, SIZE - (1 << 20), SIZE - 4096, SIZE - 1})
    void whatIsWrittenOverTheMarkIsNotNothing(long at) throws Exception {
        DiskErasure.erase(disk, format(1024));

        write(at, new byte[] {7});

        assertEquals(Kind.UNKNOWN, DiskContent.of(disk).kind());
    }

    @Test
    void aFileSystemThatIsMadeThereIsOneAndNoMarkIsLeft() throws Exception {
        var was = format(4096);
        DiskErasure.erase(disk, was);

        var now = format(4096);

        assertNotEquals(was, now);
        assertEquals(Kind.FILE_SYSTEM, DiskContent.of(disk).kind());
        write(0, new byte[64 << 10]);
        assertEquals(new DiskContent(Kind.DAMAGED, "ext4", "garboard-state", now), DiskContent.of(disk));
    }

    @Test
    void whatIsTooSmallOrHasNoNameIsLeftAlone() throws Exception {
        assertThrows(IllegalArgumentException.class, () -> DiskErasure.erase(disk, ""));
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(1 << 20);
        }

        var refused =
                assertThrows(IOException.class, () -> DiskErasure.erase(disk, "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a"));

        assertEquals(disk + " has 1048576 bytes, at least 2097152 were expected", refused.getMessage());
        assertEquals(Kind.NOTHING, DiskContent.of(disk).kind());
    }

    private String format(int blockSize) throws Exception {
        var process = new ProcessBuilder(
                        "/usr/sbin/mke2fs",
                        "-q",
                        "-F",
                        "-t",
                        "ext4",
                        "-b",
                        Integer.toString(blockSize),
                        "-L",
                        "garboard-state",
                        disk.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), said);
        assertEquals(0, process.exitValue(), said);
        return DiskContent.of(disk).uuid();
    }

    private void write(long at, byte[] bytes) throws IOException {
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.seek(at);
            file.write(bytes);
        }
    }
}
