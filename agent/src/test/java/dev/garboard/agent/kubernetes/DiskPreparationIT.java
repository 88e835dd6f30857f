package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.nodeconfig.StateDisk.Order;
import dev.garboard.nodeconfig.StateDisk.Recorded;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    private static final Instant NOW = Instant.parse("2026-12-01T06:00:00Z");
    private static final Order ORDER = new Order("5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c", NAME, "", NOW.plusSeconds(60));

    @TempDir
    private Path directory;

    private final DiskPreparation preparation = new DiskPreparation(DiskPreparationIT::run, () -> NOW);
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

        assertTrue(
                refusal.contains("sda (0 GB, serial S5GX501) has nothing on it, expected this machine's data"),
                refusal);
        assertEquals(DiskContent.Kind.NOTHING, DiskContent.of(device).kind());
        var anew = preparation.prepare(wanted(was, was), DISK, device);
        assertNotEquals(was, anew.uuid());
        // The order stays until somebody takes it back, and so does the record until the server has heard of the new
        // one.
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
        photographs();
        var photographs = DiskContent.of(device);

        refusal(new StateDisk(NAME, true, null, recorded(was), ORDER));

        assertEquals(photographs, DiskContent.of(device));
        assertEquals(
                "garboard-state",
                preparation
                        .prepare(new StateDisk(NAME, true, was, recorded(was), ORDER), DISK, device)
                        .label());
    }

    @Test
    void whatIsForeignGoesByOrderAndOnlyOnce() throws Exception {
        photographs();
        var wanted = new StateDisk(NAME, true, null, null, ORDER);

        var made = preparation.prepare(wanted, DISK, device);

        assertEquals("garboard-state", made.label());
        assertEquals(ORDER.fileSystem(), made.uuid());
        // The machine starts again before the server has heard of it, or the server's database is an older copy.
        assertEquals(made, preparation.prepare(wanted, DISK, device));
        partition();
        var refusal = refusal(wanted);
        assertTrue(
                refusal.contains(
                        "a partition table (gpt) on it, and the order to overwrite was carried out on this disk"),
                refusal);
        assertEquals(DiskContent.Kind.PARTITION_TABLE, DiskContent.of(device).kind());
    }

    @Test
    void aBlankDiskForWhichThereIsAnOrderSpendsIt() throws Exception {
        assertEquals(
                ORDER.fileSystem(),
                preparation
                        .prepare(new StateDisk(NAME, true, null, null, ORDER), DISK, device)
                        .uuid());
    }

    /** A node's data that is given up on a disk for which an order stands must not bring the order's file system back. */
    @Test
    void whatDiscardMakesIsNotWhatAnOrderMakes() throws Exception {
        var was = preparation.prepare(new StateDisk(NAME, true, null, null, ORDER), DISK, device);

        var made =
                preparation.prepare(new StateDisk(NAME, true, was.uuid(), recorded(was.uuid()), ORDER), DISK, device);

        assertNotEquals(was.uuid(), made.uuid());
    }

    @Test
    void aDiskThatWasResetIsBegunAnew() throws Exception {
        var was = preparation.prepare(wanted(null, null), DISK, device);
        new NodeReset.Plan(DISK, device, was.uuid(), was.uuid()).carryOut();

        var anew = preparation.prepare(wanted(null, was.uuid()), DISK, device);

        assertEquals("garboard-state", anew.label());
        assertNotEquals(was.uuid(), anew.uuid());
    }

    /** Whether the server has heard of the reset, and forgotten the record, or not. */
    @Test
    void aDiskThatWasResetWithAnotherFileSystemThanTheRecordedIsBegunAnew() throws Exception {
        var recorded = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
        var declared = wanted(null, recorded);
        for (var next : List.of(declared, wanted(null, null))) {
            var was = preparation.prepare(wanted(null, null), DISK, device);
            var givenUp = NodeReset.givenUp(DISK, was, new NodeReset.State(null, declared, null));
            new NodeReset.Plan(DISK, device, was.uuid(), givenUp).carryOut();

            assertNotEquals(was.uuid(), preparation.prepare(next, DISK, device).uuid());
        }
    }

    private void photographs() throws Exception {
        run(Duration.ofMinutes(1), Set.of(0), "/usr/sbin/mke2fs", "-q", "-F", "-L", "photographs", device.toString());
    }

    /** Another system was installed: what lay at the beginning is gone. */
    private void partition() throws Exception {
        try (var file = new RandomAccessFile(device.toFile(), "rw")) {
            file.write(new byte[64 << 10]);
        }
        var sfdisk = new ProcessBuilder("/usr/sbin/sfdisk", "--quiet", device.toString())
                .redirectErrorStream(true)
                .start();
        try (var input = sfdisk.outputWriter(StandardCharsets.US_ASCII)) {
            input.write("label: gpt\n,,L\n");
        }
        assertEquals(0, sfdisk.waitFor());
    }

    private String refusal(StateDisk wanted) {
        var refused = assertThrows(IllegalStateException.class, () -> preparation.prepare(wanted, DISK, device));
        return String.valueOf(refused.getMessage());
    }

    private static StateDisk wanted(@Nullable String discard, @Nullable String recorded) {
        return new StateDisk(NAME, false, discard, recorded == null ? null : recorded(recorded), null);
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
