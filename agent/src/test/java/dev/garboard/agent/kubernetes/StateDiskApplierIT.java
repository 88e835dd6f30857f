package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.Mounts;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.StateDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file stands for the disk, with the real tools; what is mounted is written down, for the machine that tests needs its own /var. */
class StateDiskApplierIT {

    private static final Disk DISK = Disk.newBuilder()
            .setName("sda")
            .setSerial("S5GX501")
            .setWwid("naa.5000c500a1")
            .setSizeBytes(64L << 20)
            .build();

    private final BundleShelf shelf = new BundleShelf();
    private final RecordingMount mount = new RecordingMount();

    @TempDir
    private Path devices;

    private StateDiskApplier applier;

    @BeforeEach
    void emptyDisk() throws IOException {
        try (var file = new RandomAccessFile(devices.resolve("sda").toFile(), "rw")) {
            file.setLength(64L << 20);
        }
        applier = new StateDiskApplier(
                new DiskPreparation(StateDiskApplierIT::run, () -> Instant.EPOCH),
                shelf,
                () -> List.of(DISK),
                mount,
                devices);
    }

    @Test
    void theDiskIsMountedOnceAndToldWithItsFileSystem() throws Exception {
        assertEquals(Optional.empty(), applier.used());
        assertEquals(Optional.empty(), applier.declared());
        assertTrue(applier.comesFirst());

        apply("S5GX501", null);
        apply("S5GX501", null);

        assertEquals(List.of("load drivers", "mount sda"), mount.story);
        assertEquals(
                Optional.of(NodeMessage.StateDisk.newBuilder()
                        .setDevice("sda")
                        .setSerial("S5GX501")
                        .setWwid("naa.5000c500a1")
                        .setSizeBytes(64L << 20)
                        .setFileSystem(fileSystem())
                        .build()),
                applier.used());
        assertEquals(Optional.of(new StateDisk("S5GX501")), applier.declared());
        assertFalse(applier.comesFirst());
    }

    @Test
    void anotherDiskWaitsForTheNextStart() throws Exception {
        apply("S5GX501", null);
        mount.story.clear();

        var refusal = assertThrows(IllegalStateException.class, () -> apply("S5GX999", null));

        assertEquals(
                "the node's data has lain on the disk S5GX501 since it started; restart the machine to use the disk"
                        + " \"S5GX999\"",
                refusal.getMessage());
        assertEquals(List.of(), mount.story);
    }

    @Test
    void noDiskIsMountedOverDataThatLiesInMemory() {
        shelf.use(new MountedBundle("v1.36.0", KubernetesVersion.parse("v1.36.0"), Path.of("/bundle")));

        assertFalse(applier.comesFirst());
        var refusal = assertThrows(IllegalStateException.class, () -> apply("S5GX501", null));

        assertEquals(
                "the node's data has lain in memory since it started; restart the machine to use the disk \"S5GX501\"",
                refusal.getMessage());
        assertEquals(List.of(), mount.story);
    }

    @Test
    void aContainerHasItsHostsDisk() {
        mount.taken = true;

        var refusal = assertThrows(IllegalStateException.class, () -> apply("S5GX501", null));

        assertEquals(
                "this node is a container, and its host gives it a disk already; take spec.stateDisk out of the machine",
                refusal.getMessage());
        assertEquals(List.of(), mount.story);
    }

    /** It is formatted at the next start, and nothing is lost before. */
    @Test
    void aFileSystemInUseThatIsGivenUpIsSaidToWaitForTheNextStart() throws Exception {
        apply("S5GX501", null);
        var own = fileSystem();
        apply("S5GX501", "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c");

        var pending = assertThrows(DocumentPendingException.class, () -> apply("S5GX501", own));

        assertEquals(
                "the file system " + own + " on the disk S5GX501 is given up and in use; restart the machine to format"
                        + " it: garboard node MACHINE reboot",
                pending.getMessage());
        assertEquals(own, fileSystem());
    }

    @Test
    void aDiskThatCannotBeMountedIsNotInUse() {
        mount.failure = new IllegalStateException("no such device");

        assertThrows(IllegalStateException.class, () -> apply("S5GX501", null));

        assertTrue(applier.comesFirst());
        assertEquals(Optional.empty(), applier.used());
        assertEquals(Optional.of(new StateDisk("S5GX501")), applier.declared());
    }

    @Test
    void whatIsTakenBackIsUnmountedAndForgotten() throws Exception {
        apply("S5GX501", null);
        mount.story.clear();

        applier.remove("default");

        assertEquals(List.of("unmount"), mount.story);
        assertEquals(Optional.empty(), applier.used());
        assertEquals(Optional.empty(), applier.declared());
        assertTrue(applier.comesFirst());
        applier.remove("default");
        applier.close();
        assertEquals(List.of("unmount"), mount.story);
    }

    @Test
    void aDiskThatProgramsUseStays() throws Exception {
        apply("S5GX501", null);
        mount.busy = true;

        assertThrows(DocumentPendingException.class, () -> applier.remove("default"));

        assertFalse(applier.comesFirst());
        assertTrue(applier.used().isPresent());
        assertTrue(applier.declared().isPresent());
    }

    @Test
    void aNodeThatGoesDownLetsGoOfItsDiskWhateverBecomesOfIt() throws Exception {
        applier.close();
        assertEquals(List.of(), mount.story);
        apply("S5GX501", null);
        mount.story.clear();

        for (var outcome : Mounts.Release.values()) {
            mount.release = outcome;
            applier.close();
        }
        mount.release = null;
        applier.close();

        assertEquals(List.of("release", "release", "release", "release"), mount.story);
    }

    @Test
    void itIsNoClustersAndStaysUnderWhatIs() {
        assertEquals("StateDisk", applier.kind());
        assertEquals(Absence.KEPT_FOR_OTHERS, applier.whenAbsent());
        assertFalse(applier.ofCluster());
    }

    private void apply(String disk, @Nullable String discard) throws Exception {
        var document = Document.newBuilder()
                .setKind(StateDisk.KIND)
                .setName("default")
                .setContent(ByteString.copyFrom(Documents.render(new StateDisk(disk, false, discard, null, null))))
                .build();
        applier.apply(new DocumentInput(document, secret -> null));
    }

    private String fileSystem() throws IOException {
        return DiskContent.of(devices.resolve("sda")).uuid();
    }

    private static void run(Duration limit, Set<Integer> good, String... command)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(limit.toSeconds(), TimeUnit.SECONDS), said);
        assertTrue(good.contains(process.exitValue()), said);
    }
}
