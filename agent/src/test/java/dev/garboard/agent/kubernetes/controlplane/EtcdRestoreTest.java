package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.DocumentPendingException;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.Phase;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.State;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start makes of what a power cut has left of a restore. */
class EtcdRestoreTest {

    private static final String TOKEN = "lab-1";
    private static final Etcd DOCUMENT = new Etcd("m1", Cidr.address("192.0.2.1"), true, List.of(), "owner");

    @TempDir
    private Path directory;

    private ControlPlanePaths paths;
    private EtcdData data;

    @BeforeEach
    void open() {
        paths = new ControlPlanePaths(
                directory.resolve("pki"), directory.resolve("manifests"), directory.resolve("etcd"));
        data = new EtcdData(paths, () -> Instant.parse("2026-12-01T10:00:00Z"));
    }

    /** The disk with the note is mounted after the agent has made this. */
    @ParameterizedTest
    @EnumSource
    void everyPhaseIsRememberedFromADiskThatComesLater(Phase phase) throws IOException {
        var restore = new EtcdRestore(paths);
        leave(phase);

        restore.open();

        assertEquals(Optional.of(new State(phase, TOKEN)), restore.state());
        assertEquals(phase != Phase.PREPARED, restore.holds());
    }

    /** Whatever was done already, what is left is done, and then it is over. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void theReplacementGoesOnFromAnyOfItsSteps(int done) throws Exception {
        leave(Phase.REPLACING);
        var etcd = paths.etcd();
        if (done > 0) {
            Files.move(paths.etcdData(), etcd.resolve("replaced"));
        }
        if (done > 1) {
            Files.move(etcd.resolve("restore").resolve(TOKEN).resolve("data"), paths.etcdData());
        }
        if (done > 2) {
            data.belongsTo(DOCUMENT);
        }
        if (done > 3) {
            Files.writeString(etcd.resolve("restored"), TOKEN + "\n");
        }

        started().advance(() -> {}, () -> data.belongsTo(DOCUMENT));

        assertRestored();
    }

    /** Data without a word of whose it is would be taken for that of any cluster, and nobody would come back to say it. */
    @Test
    void itIsNotOverBeforeItIsNotedWhoseTheDataIs() throws Exception {
        leave(Phase.REPLACING);
        assertThrows(
                PowerCut.class,
                () -> started().advance(() -> {}, () -> {
                    throw new PowerCut();
                }));

        var next = started();

        assertTrue(next.holds());
        next.advance(() -> {}, () -> data.belongsTo(DOCUMENT));
        assertRestored();
    }

    /** The note of the first call may just have been taken back: a second one must not begin the restore anew at the next start. */
    @Test
    void replaceAskedTwiceIsNotedOnce() throws Exception {
        leave(Phase.REPLACING);
        var restore = started();
        // What the end of the first one does just before it says so.
        new EtcdRestoreFiles(paths).complete(TOKEN);

        restore.step(TOKEN, Step.REPLACE);

        assertEquals(Optional.empty(), new EtcdRestoreFiles(paths).state());
    }

    /** What was there before goes only when the restored member votes. */
    @Test
    void theFormerDataStaysUntilTheMemberVotes() throws Exception {
        leave(Phase.REPLACING);
        var restore = started();
        restore.advance(() -> {}, () -> data.belongsTo(DOCUMENT));
        assertEquals("present", Files.readString(paths.etcd().resolve("replaced/content")));

        restore.settled();

        assertFalse(Files.exists(paths.etcd().resolve("replaced")));
    }

    /** The others may have replaced theirs already. */
    @Test
    void aStoppedNodeHoldsAndSaysHowToGoOn() throws Exception {
        leave(Phase.STOPPED);

        var waits = assertThrows(
                DocumentPendingException.class, () -> started().advance(() -> {}, () -> data.belongsTo(DOCUMENT)));

        var message = String.valueOf(waits.getMessage());
        assertTrue(message.startsWith("stopped, for the restore lab-1 of a snapshot."), message);
        assertTrue(message.contains("garboard cluster etcd restore") && message.contains("--abandon"), message);
        assertEquals("present", Files.readString(paths.etcdData().resolve("content")));
    }

    private static final class PowerCut extends IOException {
        private static final long serialVersionUID = 1;
    }

    private EtcdRestore started() {
        var restore = new EtcdRestore(paths);
        restore.open();
        return restore;
    }

    /** As a node that lost its power in that phase: with the data it had, and that which was made of a snapshot. */
    private void leave(Phase phase) throws IOException {
        var files = new EtcdRestoreFiles(paths);
        assertTrue(Files.isDirectory(files.begin(TOKEN)));
        write(files.data(TOKEN), "restored");
        write(paths.etcdData(), "present");
        files.become(new State(phase, TOKEN));
    }

    private static void write(Path place, String content) throws IOException {
        Files.writeString(Files.createDirectories(place).resolve("content"), content);
    }

    private void assertRestored() throws IOException {
        assertEquals("restored", Files.readString(paths.etcdData().resolve("content")));
        assertEquals(Optional.of("owner"), data.token());
        var next = started();
        assertEquals(Optional.empty(), next.state());
        assertEquals(TOKEN, next.restoredToken());
    }
}
