package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.controlplane.NodeNamespaces.Node;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.testing.Namespaces;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real etcd restored from its own snapshots, and what becomes of members whose data is damaged or gone. */
@Timeout(600)
class EtcdRestoreIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private Path bundle = Path.of("/");
    private final List<NodeNamespaces> networks = new ArrayList<>();

    @BeforeEach
    void makeKeys() throws Exception {
        Namespaces.require();
        bundle = TestBundle.require("1.37.2");
        var keys = Files.createDirectory(directory.resolve("keys"));
        for (var key : ClusterKeys.create("test", Instant.now()).pem().entrySet()) {
            Files.writeString(keys.resolve(key.getKey()), key.getValue());
        }
    }

    @AfterEach
    void end() {
        networks.forEach(NodeNamespaces::close);
    }

    @Test
    void oneMemberIsRestoredAlsoWhenItsAgentEndsAtAnyPoint() throws Exception {
        var network = network(1);
        var node = start(network, 1, true);
        applied(node);
        node.asked("put old yes");
        var snapshot = directory.resolve("snapshot.db");
        assertEquals("saved", node.asked("snapshot " + snapshot));
        node.asked("put old changed");
        node.asked("put later yes");

        assertEquals("good true", node.asked("bring " + snapshot + " r1 " + member(1)));
        assertEquals("PREPARED", node.asked("phase"));
        // Nothing has changed yet, and a node that only has the snapshot goes on as it is.
        assertEquals("changed", node.asked("get old"));
        assertTrue(
                node.asked("step r1 REPLACE").startsWith("refused FAILED_PRECONDITION: this node's phase is PREPARED"));
        node.kill();
        node = start(network, 1, false);
        applied(node);
        assertEquals("changed", node.asked("get old"));

        node.asked("step r1 STOP");
        says(node, "phase", "STOPPED"::equals);
        node.kill();
        node = start(network, 1, false);
        var waits = says(node, "document", said -> said.contains("stopped"));
        assertTrue(waits.contains("for the restore r1 of a snapshot") && waits.contains("--abandon"), waits);
        node.asked("step r1 ABANDON");
        applied(node);
        assertEquals("changed", node.asked("get old"));

        assertEquals("good true", node.asked("bring " + snapshot + " r2 " + member(1)));
        // Each step is on the disk when it is answered: what comes after it is done by the next start.
        assertEquals("STOPPING", node.asked("step r2 STOP"));
        node.kill();
        node = start(network, 1, false);
        says(node, "document", said -> said.contains("for the restore r2"));
        says(node, "phase", "STOPPED"::equals);
        assertEquals("REPLACING", node.asked("step r2 REPLACE"));
        node.kill();
        node = start(network, 1, false);
        says(node, "restored", "r2, votes true"::equals);
        applied(node);
        assertEquals("yes", node.asked("get old"));
        assertEquals("none", node.asked("get later"));
        assertEquals("NONE", node.asked("step r2 REPLACE"));

        node.kill();
        node = start(network, 1, false);
        applied(node);
        assertEquals("yes", node.asked("get old"));
    }

    @Test
    void aSnapshotThatIsNoneStopsNothing() throws Exception {
        var network = network(1);
        var node = start(network, 1, true);
        applied(node);
        node.asked("put old yes");
        var snapshot = directory.resolve("snapshot.db");
        node.asked("snapshot " + snapshot);
        flip(snapshot, 8192, 4096);

        var refusal = node.asked("bring " + snapshot + " r1 " + member(1));
        assertTrue(refusal.startsWith("refused INVALID_ARGUMENT: this is no good snapshot: "), refusal);
        assertTrue(node.asked("bring " + snapshot + " r1 cp9=10.9.0.9")
                .endsWith("expected this node's among them: cp1=10.9.0.1"));
        assertEquals("NONE", node.asked("phase"));
        assertTrue(node.asked("step r1 STOP").startsWith("refused FAILED_PRECONDITION: the restore \"r1\" is not"));
        assertEquals("yes", node.asked("get old"));
    }

    @Test
    void threeMembersAreRestoredAndOneThatMissedItJoinsAnew() throws Exception {
        var network = network(3);
        var nodes = three(network);
        nodes.get(0).asked("put old yes");
        var snapshot = directory.resolve("snapshot.db");
        // Reading there waits until it has arrived there.
        assertEquals("yes", nodes.get(1).asked("get old"));
        nodes.get(1).asked("snapshot " + snapshot);
        nodes.get(2).asked("put later yes");

        bring(nodes, snapshot, "r1");
        step(nodes, "r1", "STOP");
        for (var node : nodes) {
            says(node, "phase", "STOPPED"::equals);
        }
        // The caller ends after the first: nothing serves, and the restore can be run again from its beginning.
        nodes.get(0).asked("step r1 REPLACE");
        says(nodes.get(0), "restored", "r1, votes false"::equals);
        bring(nodes, snapshot, "r2");
        step(nodes, "r2", "STOP");
        for (var node : nodes) {
            says(node, "phase", "STOPPED"::equals);
        }
        step(nodes, "r2", "REPLACE");
        for (var node : nodes) {
            says(node, "restored", "r2, votes true"::equals);
            applied(node);
        }
        assertEquals("yes", nodes.get(2).asked("get old"));
        assertEquals("none", nodes.get(0).asked("get later"));
        assertEquals("cp1 votes, cp2 votes, cp3 votes", nodes.get(0).asked("members"));

        // The machine of the one that leads goes down, which hands the lead over, and is away during the next restore.
        int away = IntStream.rangeClosed(1, 3)
                .filter(node -> nodes.get(node - 1).asked("leads").equals("yes"))
                .findFirst()
                .orElseThrow();
        var others =
                IntStream.rangeClosed(1, 3).filter(node -> node != away).boxed().toList();
        var two = others.stream().map(node -> nodes.get(node - 1)).toList();
        var handed = nodes.get(away - 1).asked("shut-down");
        assertTrue(handed.matches("cp[1-3] leads etcd now, after \\d+ ms"), handed);
        var next = nodes.get(handed.charAt(2) - '1');
        assertTrue(two.contains(next), handed);
        says(next, "leads", "yes"::equals);
        nodes.get(away - 1).kill();
        for (var node : two) {
            assertEquals(
                    "good true",
                    node.asked("bring " + snapshot + " r3 " + member(others.get(0)) + " " + member(others.get(1))));
        }
        step(two, "r3", "STOP");
        for (var node : two) {
            says(node, "phase", "STOPPED"::equals);
        }
        step(two, "r3", "REPLACE");
        for (var node : two) {
            says(node, "restored", "r3, votes true"::equals);
        }
        two.getFirst().asked("put old after");
        var back = start(network, away, false, others.get(0), others.get(1));
        applied(back);
        assertEquals("cp1 votes, cp2 votes, cp3 votes", back.asked("members"));
        assertEquals("after", back.asked("get old"));
    }

    @Test
    void aDamagedMemberOfThreeComesBackByItselfAndALostMajorityIsNamed() throws Exception {
        var network = network(3);
        var nodes = three(network);
        nodes.get(0).asked("put old yes");

        nodes.get(1).kill();
        flip(database(2), 0, 8192);
        var second = start(network, 2, false, 1, 3);
        applied(second);
        assertEquals("cp1 votes, cp2 votes, cp3 votes", second.asked("members"));
        assertEquals("yes", second.asked("get old"));
        assertEquals("1 kept", second.asked("aside"));
        assertEquals("0 kept", nodes.get(0).asked("aside"));
        try (var aside = Files.list(directory.resolve("cp2/disk/aside"))) {
            assertTrue(Files.exists(aside.findFirst().orElseThrow().resolve("member/snap/db")));
        }

        second.kill();
        nodes.get(2).kill();
        var lost = says(nodes.get(0), "document", said -> said.contains("no answer from cp2, cp3"));
        assertTrue(lost.contains("a majority of the members must run") && lost.contains("restore a snapshot"), lost);
        // With a majority gone, damaged data stays where it is: it may be the last there is.
        flip(database(3), 0, 8192);
        var third = start(network, 3, false, 1, 2);
        var damaged = says(third, "document", said -> said.contains("damaged"));
        assertTrue(damaged.contains("garboard cluster etcd restore"), damaged);
        assertTrue(Files.exists(database(3)));
    }

    @Test
    void damagedOrMissingDataOfTheOnlyMemberIsNamedAndCanBeRestored() throws Exception {
        var network = network(1);
        var node = start(network, 1, true);
        applied(node);
        node.asked("put old yes");
        var snapshot = directory.resolve("snapshot.db");
        node.asked("snapshot " + snapshot);
        fillLog(node);
        node.kill();

        for (int fault = 0; fault < 4; fault++) {
            switch (fault) {
                case 0 -> flip(database(1), 0, 8192);
                case 1 -> flip(log(1), 800, 300);
                case 2 -> truncate(log(1), 1_000);
                default -> delete(directory.resolve("cp1/disk/data/member"));
            }
            node = start(network, 1, false);
            var named = says(node, "document", said -> said.contains("garboard cluster etcd restore"));
            assertTrue(named.contains(fault == 3 ? "holds no data of etcd" : "is damaged"), named);

            var token = "after-fault-" + fault;
            assertEquals("good true", node.asked("bring " + snapshot + " " + token + " " + member(1)));
            node.asked("step " + token + " STOP");
            says(node, "phase", "STOPPED"::equals);
            node.asked("step " + token + " REPLACE");
            says(node, "restored", (token + ", votes true")::equals);
            applied(node);
            assertEquals("yes", node.asked("get old"));
            fillLog(node);
            node.kill();
        }
    }

    @Test
    void aFullDatabaseIsNamed() throws Exception {
        // The same etcd with a quota that a test can fill.
        var small = Files.createDirectories(directory.resolve("small/bin"));
        Files.createSymbolicLink(small.resolve("etcdutl"), bundle.resolve("bin/etcdutl"));
        Files.writeString(
                small.resolve("etcd"),
                "#!/bin/sh\nexec " + bundle.resolve("bin/etcd") + " --quota-backend-bytes=2000000 \"$@\"\n");
        assertTrue(small.resolve("etcd").toFile().setExecutable(true));
        bundle = directory.resolve("small");
        var node = start(network(1), 1, true);
        applied(node);

        var refusal = node.asked("fill 100");
        assertTrue(refusal.contains("database space exceeded"), refusal);

        var named = says(node, "document", said -> said.contains("NOSPACE"));
        assertTrue(named.contains("garboard cluster etcd defragment"), named);
        assertEquals("cp1 votes", node.asked("members"));
    }

    /** So that there is something to damage, and so that the database has it, too: a snapshot writes what is not written yet. */
    private void fillLog(Node node) {
        for (int i = 0; i < 20; i++) {
            node.asked("put more" + i + " yes");
        }
        node.asked("snapshot " + directory.resolve("unused.db"));
    }

    private NodeNamespaces network(int count) throws Exception {
        var network = new NodeNamespaces(count);
        networks.add(network);
        return network;
    }

    private List<Node> three(NodeNamespaces network) throws IOException {
        var first = start(network, 1, true);
        applied(first);
        var second = start(network, 2, false, 1);
        applied(second);
        var third = start(network, 3, false, 1, 2);
        applied(third);
        first.asked("others " + member(2) + " " + member(3));
        second.asked("others " + member(1) + " " + member(3));
        applied(first);
        applied(second);
        return List.of(first, second, third);
    }

    private static void bring(List<Node> nodes, Path snapshot, String token) {
        for (var node : nodes) {
            assertEquals(
                    "good true",
                    node.asked(
                            "bring " + snapshot + " " + token + " " + member(1) + " " + member(2) + " " + member(3)));
        }
    }

    private static void step(List<Node> nodes, String token, String step) {
        nodes.forEach(node -> node.asked("step " + token + " " + step));
    }

    private static void applied(Node node) {
        says(node, "document", "applied"::equals);
    }

    private static String says(Node node, String command, Predicate<String> expected) {
        var deadline = Instant.now().plus(LIMIT);
        var last = node.asked(command);
        while (!expected.test(last)) {
            assertTrue(Instant.now().isBefore(deadline), command + " still says: " + last);
            pause();
            last = node.asked(command);
        }
        return last;
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    private static String member(int node) {
        return "cp" + node + "=" + NodeNamespaces.address(node);
    }

    private Node start(NodeNamespaces network, int node, boolean founds, int... others) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "cp" + node,
                NodeNamespaces.address(node),
                directory.toString(),
                bundle.toString(),
                Boolean.toString(founds)));
        for (int other : others) {
            arguments.add(member(other));
        }
        Files.createDirectories(directory.resolve("cp" + node));
        var started = network.start(node, EtcdRestoreNode.class, arguments);
        assertEquals("runs", started.says());
        return started;
    }

    private Path database(int node) {
        return directory.resolve("cp" + node + "/disk/data/member/snap/db");
    }

    private Path log(int node) throws IOException {
        try (var files = Files.list(directory.resolve("cp" + node + "/disk/data/member/wal"))) {
            return files.filter(file -> file.toString().endsWith(".wal"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static void flip(Path file, int offset, int count) throws IOException {
        try (var open = new RandomAccessFile(file.toFile(), "rw")) {
            var bytes = new byte[count];
            open.seek(offset);
            int read = open.read(bytes);
            for (int i = 0; i < read; i++) {
                bytes[i] ^= (byte) 0xff;
            }
            open.seek(offset);
            open.write(bytes, 0, Math.max(0, read));
        }
    }

    private static void truncate(Path file, long size) throws IOException {
        try (var open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(size);
        }
    }

    private static void delete(Path tree) throws IOException {
        List<Path> files;
        try (var walk = Files.walk(tree)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (var file : files) {
            Files.delete(file);
        }
    }
}
