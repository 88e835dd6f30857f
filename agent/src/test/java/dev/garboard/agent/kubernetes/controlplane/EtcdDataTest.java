package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.NodeMessage.EtcdAside.Data;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdDataTest {

    private static final Etcd DOCUMENT = new Etcd("m1", Cidr.address("192.0.2.1"), true, List.of(), "lab-1");

    private static final Etcd OTHER = new Etcd("m1", Cidr.address("192.0.2.1"), true, List.of(), "lab-2");

    @TempDir
    private Path directory;

    private Instant now = Instant.parse("2026-12-01T10:00:00Z");
    private ControlPlanePaths paths;
    private EtcdData data;

    @BeforeEach
    void open() {
        paths = new ControlPlanePaths(directory.resolve("pki"), directory.resolve("manifests"), directory);
        data = new EtcdData(paths, () -> now = now.plusSeconds(60));
    }

    /** etcd makes its database before its log, and a disk that fails does so again: each start leaves a piece. */
    @Test
    void dataThatHadAVoteOutlivesWhatStartsLeaveThatFailed() throws IOException {
        data.prepare(DOCUMENT);
        write("member/wal/0.wal", "log");
        data.isOf("cdf818194e3a8c32");
        data.setAside();
        for (var content : List.of("first", "second", "third", "fourth")) {
            data.prepare(DOCUMENT);
            write("member/snap/db", content);
            assertFalse(data.exists());
        }

        data.prepare(DOCUMENT);

        assertEquals(
                List.of("20261201T100100.000Z", "20261201T100200.000Z-never-voted", "20261201T100500.000Z-never-voted"),
                data.aside().getDataList().stream().map(EtcdDataTest::name).toList());
    }

    /** The disk lost the log of a member that had a vote: what is left of it is no failed start's. */
    @Test
    void whatIsLeftOfAMemberThatVotedIsKeptAsSuch() throws IOException {
        data.prepare(DOCUMENT);
        write("member/snap/db", "database");
        data.isOf("cdf818194e3a8c32");

        data.prepare(DOCUMENT);

        assertEquals(
                List.of("20261201T100100.000Z"),
                data.aside().getDataList().stream().map(EtcdDataTest::name).toList());
    }

    @Test
    void aMemberHasBegunWhenItsLogIsThere() throws IOException {
        assertFalse(data.exists());
        data.prepare(DOCUMENT);
        write("member/wal/0.tmp", "no log yet");
        assertFalse(data.exists());

        write("member/wal/0.wal", "log");

        assertTrue(data.exists());
    }

    @Test
    void itsDirectoryIsForNobodyElseAndSaysWhoseItIs() throws IOException {
        assertEquals(Optional.empty(), data.token());

        data.prepare(DOCUMENT);

        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(paths.etcdData())));
        assertEquals(Optional.of("lab-1"), data.token());
        assertEquals("", data.clusterId());
    }

    /** Started with it, a member would bring that cluster back. */
    @Test
    void dataOfAnotherClusterIsRefused() throws IOException {
        data.prepare(DOCUMENT);
        data.refuseOtherCluster(OTHER);
        write("member/wal/0.wal", "log");
        data.refuseOtherCluster(DOCUMENT);

        var refusal = assertThrows(DocumentException.class, () -> data.refuseOtherCluster(OTHER));

        assertEquals(
                "Etcd/default: spec.token: " + paths.etcdData()
                        + " holds data of the cluster \"lab-1\", expected \"lab-2\"; if that data is not needed any more, reset"
                        + " the node: garboard node MACHINE reset --disk DISK",
                refusal.getMessage());
        Files.delete(directory.resolve("cluster"));
        data.refuseOtherCluster(OTHER);
    }

    /** etcd gives restored data another identity, which is noted when the member votes. */
    @Test
    void restoredDataIsOfItsClusterAndOfNoVoteYet() throws IOException {
        data.prepare(DOCUMENT);
        data.isOf("cdf818194e3a8c32");
        assertEquals("cdf818194e3a8c32", data.clusterId());

        data.belongsTo(OTHER);

        assertEquals("", data.clusterId());
        assertEquals(Optional.of("lab-2"), data.token());
    }

    @Test
    void whatIsSetAsideIsNobodysAnyMoreAndGoesAWeekLater() throws IOException {
        data.prepare(DOCUMENT);
        write("member/wal/0.wal", "log");
        data.isOf("cdf818194e3a8c32");

        var where = data.setAside();

        assertTrue(
                where.startsWith("the former data lies in " + directory.resolve("aside/20261201T100100.000Z")), where);
        assertFalse(data.exists());
        assertEquals(Optional.empty(), data.token());
        assertEquals("", data.clusterId());
        data.expireAside();
        assertEquals(1, data.aside().getDataCount());
        now = now.plus(EtcdAside.KEPT_FOR);
        data.expireAside();
        assertEquals(0, data.aside().getDataCount());
    }

    @Test
    void aNodeThatLeavesForgetsAllOfIt() throws IOException {
        data.forget();
        data.prepare(DOCUMENT);
        write("member/wal/0.wal", "log");
        data.setAside();
        data.prepare(DOCUMENT);
        write("member/wal/0.wal", "log");
        data.isOf("cdf818194e3a8c32");

        data.forget();

        assertFalse(Files.exists(paths.etcdData()));
        assertEquals(Optional.empty(), data.token());
        assertEquals("", data.clusterId());
        assertEquals(0, data.aside().getDataCount());
    }

    private static String name(Data data) {
        return data.getPath().substring(data.getPath().lastIndexOf('/') + 1);
    }

    private void write(String name, String content) throws IOException {
        var file = paths.etcdData().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
