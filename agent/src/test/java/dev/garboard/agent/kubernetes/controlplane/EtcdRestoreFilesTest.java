package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.Phase;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.State;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdRestoreFilesTest {

    private static final Etcd DOCUMENT = new Etcd("m1", Cidr.address("192.0.2.1"), true, List.of(), "lab-1");

    @TempDir
    private Path directory;

    private EtcdRestoreFiles files;
    private EtcdData data;

    @BeforeEach
    void aMemberThatVoted() throws IOException {
        var paths = new ControlPlanePaths(directory.resolve("pki"), directory.resolve("manifests"), directory);
        files = new EtcdRestoreFiles(paths);
        data = new EtcdData(paths);
        Files.createDirectory(directory.resolve("data"));
        Files.writeString(directory.resolve("data/db"), "served for a year");
        data.isOf("cdf818194e3a8c32");
    }

    @Test
    void theDataFromBeforeStaysUntilTheRestoredMemberVotes() throws IOException {
        restore("r1");

        assertEquals("r1", Files.readString(directory.resolve("data/db")));
        assertEquals("served for a year", Files.readString(directory.resolve("replaced/db")));
        assertEquals("r1", files.restoredToken());
        files.deleteReplaced();
        assertFalse(Files.exists(directory.resolve("replaced")));
    }

    /** The snapshot was of no use, and another is tried. */
    @Test
    void aRestoreThatNeverCameToAVoteDoesNotPushOutTheDataFromBefore() throws IOException {
        restore("r1");

        restore("r2");

        assertEquals("r2", Files.readString(directory.resolve("data/db")));
        assertEquals("served for a year", Files.readString(directory.resolve("replaced/db")));
    }

    /** It voted and complains of something, so what was before is still there; what it has served since is worth more. */
    @Test
    void dataThatHadAVoteTakesThePlaceOfWhatWasBeforeIt() throws IOException {
        restore("r1");
        data.isOf("8e9e05c52164694d");

        restore("r2");

        assertEquals("r1", Files.readString(directory.resolve("replaced/db")));
    }

    private void restore(String token) throws IOException {
        Files.createDirectory(files.begin(token).resolve("data"));
        Files.writeString(files.data(token).resolve("db"), token);
        files.become(new State(Phase.REPLACING, token));
        files.replace(token);
        data.belongsTo(DOCUMENT);
        files.complete(token);
    }
}
