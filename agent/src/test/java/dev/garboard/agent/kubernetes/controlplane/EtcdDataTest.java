package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.garboard.agentapi.v1.NodeMessage.EtcdAside.Data;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdDataTest {

    private static final Etcd DOCUMENT = new Etcd("m1", Cidr.address("192.0.2.1"), true, List.of(), "lab-1");

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

    private static String name(Data data) {
        return data.getPath().substring(data.getPath().lastIndexOf('/') + 1);
    }

    private void write(String name, String content) throws IOException {
        var file = paths.etcdData().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
