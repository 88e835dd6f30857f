package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks as the real tools write them. */
class DiskContentIT {

    @TempDir
    Path directory;

    private Path disk;

    @BeforeEach
    void emptyDisk() throws IOException {
        disk = directory.resolve("disk");
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(64L << 20);
        }
    }

    @Test
    void anEmptyDiskHasNothing() throws Exception {
        assertEquals(new DiskContent(Kind.NOTHING, "", "", ""), DiskContent.of(disk));
    }

    @Test
    void aFileSystemHasTypeAndLabel() throws Exception {
        run("/usr/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-L", "photographs", disk.toString());

        assertEquals("ext4 with the label \"photographs\"", DiskContent.of(disk).toString());
    }

    @Test
    void aPartitionTableIsNoEmptyDisk() throws Exception {
        partition();

        assertEquals("a partition table (gpt)", DiskContent.of(disk).toString());
    }

    /** What was formatted over a partition table is a file system, although the table's copy is still at the end. */
    @Test
    void aFileSystemOverAPartitionTableIsOne() throws Exception {
        partition();
        run("/usr/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-L", "garboard-state", disk.toString());

        var found = DiskContent.of(disk);
        assertEquals(Kind.FILE_SYSTEM, found.kind());
        assertEquals("ext4 with the label \"garboard-state\"", found.toString());
    }

    /** Another system, or a bad cable, has written over the beginning. */
    @ParameterizedTest
    @ValueSource(ints = {1024, 4096})
    void aFileSystemWithoutItsBeginningIsNotNothing(int blockSize) throws Exception {
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(512L << 20);
        }
        run(
                "/usr/sbin/mke2fs",
                "-q",
                "-F",
                "-t",
                "ext4",
                "-b",
                Integer.toString(blockSize),
                "-L",
                "garboard-state",
                disk.toString());
        var whole = DiskContent.of(disk);
        write(0, new byte[64 << 10]);

        assertEquals(new DiskContent(Kind.DAMAGED, "ext4", "garboard-state", whole.uuid()), DiskContent.of(disk));
        assertEquals(36, whole.uuid().length());
    }

    /** What was made there once is remembered under what was written over it. */
    @Test
    void aDiskRemembersAFileSystemThatSomethingElseWasWrittenOver() throws Exception {
        run("/usr/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-L", "garboard-state", disk.toString());
        var made = DiskContent.of(disk);
        write(0, new byte[64 << 10]);
        partition();

        assertEquals(Kind.PARTITION_TABLE, DiskContent.of(disk).kind());
        assertTrue(DiskContent.remembers(disk, made.uuid()));
        assertFalse(DiskContent.remembers(disk, "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4096, 32L << 20, (64L << 20) - 512})
    void bytesThatNobodyKnowsAreNotNothing(long at) throws Exception {
        write(at, "encrypted perhaps".getBytes(StandardCharsets.US_ASCII));

        assertEquals(new DiskContent(Kind.UNKNOWN, "", "", ""), DiskContent.of(disk));
    }

    private void write(long at, byte[] bytes) throws IOException {
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.seek(at);
            file.write(bytes);
        }
    }

    @Test
    void aDiskThatIsNotThereIsNamed() throws Exception {
        Files.delete(disk);

        var refusal = assertThrows(IOException.class, () -> DiskContent.of(disk));

        assertEquals(disk + " cannot be opened: errno 2", refusal.getMessage());
    }

    private void partition() throws Exception {
        var sfdisk = new ProcessBuilder("/usr/sbin/sfdisk", "--quiet", disk.toString())
                .redirectErrorStream(true)
                .start();
        try (var input = sfdisk.outputWriter(StandardCharsets.US_ASCII)) {
            input.write("label: gpt\n,,L\n");
        }
        assertEquals(0, sfdisk.waitFor(), () -> output(sfdisk));
    }

    private static void run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertEquals(true, process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), () -> output(process));
    }

    private static String output(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
