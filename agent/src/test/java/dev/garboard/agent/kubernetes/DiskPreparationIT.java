package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.kubernetes.document.StateDisk;
import dev.garboard.kubernetes.document.StateDisk.Recorded;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks as a node finds them at its start, with the real tools. */
class DiskPreparationIT {

    private static final String NAME = "S5GX501";
    private static final Disk DISK =
            Disk.newBuilder().setName("sda").setSerial(NAME).build();

    @TempDir
    private Path directory;

    private final DiskPreparation preparation = new DiskPreparation(DiskPreparationIT::run);
    private Path device;

    @BeforeEach
    void emptyDisk() throws IOException {
        device = directory.resolve("disk");
        blank();
    }

    @Test
    void anEmptyDiskIsFormattedOnceAndFoundAgain() throws Exception {
        var first = preparation.prepare(wanted(null, null), DISK, device);
        var again = preparation.prepare(wanted(null, first.uuid()), DISK, device);

        assertEquals(first, again);
        assertEquals(first, DiskContent.of(device));
    }

    /** The controller, or somebody, has lost all of it: also the copies of the superblock. */
    @Test
    void aDiskThatLooksEmptyAndWasTheMachinesStaysAsItIs() throws Exception {
        var was = preparation.prepare(wanted(null, null), DISK, device).uuid();
        blank();

        var refusal = refusal(wanted(null, was));

        assertTrue(refusal.contains("sda (0 GB, serial S5GX501) has nothing on it, expected this machine's data"), refusal);
        assertEquals(DiskContent.Kind.NOTHING, DiskContent.of(device).kind());
        var anew = preparation.prepare(wanted(was, was), DISK, device);
        assertNotEquals(was, anew.uuid());
        // The order stays until somebody takes it back, and so does the record until the server has heard of the new one.
        assertEquals(anew, preparation.prepare(wanted(was, was), DISK, device));
        assertEquals(anew, preparation.prepare(wanted(was, anew.uuid()), DISK, device));
    }

    @Test
    void aNodesFileSystemThatIsNotTheRecordedOneIsNotTouched() throws Exception {
        var was = preparation.prepare(wanted(null, null), DISK, device).uuid();
        blank();
        var other = preparation.prepare(wanted(null, null), DISK, device);

        var refusal = refusal(wanted(null, was));

        assertTrue(refusal.contains("with the UUID " + other.uuid() + ", expected this machine's data"), refusal);
        assertEquals(other, preparation.prepare(wanted(was, was), DISK, device));
    }

    @Test
    void whatIsForeignOnTheMachinesDiskDoesNotGoByOverwriteAlone() throws Exception {
        var was = preparation.prepare(wanted(null, null), DISK, device).uuid();
        blank();
        run(Duration.ofMinutes(1), Set.of(0), "/usr/sbin/mke2fs", "-q", "-F", "-L", "photographs", device.toString());
        var photographs = DiskContent.of(device);

        refusal(new StateDisk(NAME, true, null, recorded(was)));

        assertEquals(photographs, DiskContent.of(device));
        assertEquals(
                "garboard-state",
                preparation
                        .prepare(new StateDisk(NAME, true, was, recorded(was)), DISK, device)
                        .label());
    }

    private String refusal(StateDisk wanted) {
        var refused =
                assertThrows(IllegalStateException.class, () -> preparation.prepare(wanted, DISK, device));
        return String.valueOf(refused.getMessage());
    }

    private static StateDisk wanted(@Nullable String discard, @Nullable String recorded) {
        return new StateDisk(NAME, false, discard, recorded == null ? null : recorded(recorded));
    }

    private static Recorded recorded(String fileSystem) {
        return new Recorded("sda", NAME, "", fileSystem);
    }

    private void blank() throws IOException {
        try (var file = new RandomAccessFile(device.toFile(), "rw")) {
            file.setLength(0);
            file.setLength(64L << 20);
        }
    }

    private static void run(Duration limit, Set<Integer> good, String... command)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(limit.toSeconds(), TimeUnit.SECONDS), said);
        assertTrue(good.contains(process.exitValue()), said);
    }
}
