package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A machine that booted over the network, with firmware and kernel of its own, works in a real cluster: its modules, control groups, device mapper
 * and file systems are those of the node image, which container nodes do not have. The control plane is a container, since nobody can wait for an
 * emulated one. The tests follow each other.
 */
@TestMethodOrder(OrderAnnotation.class)
class VmWorkerIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration BACK = Duration.ofMinutes(5);

    private static ClusterClient cluster = new ClusterClient(Path.of("kubectl"), Path.of("kubeconfig"));

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        cluster = ClusterClient.of(lab, "1.37.2");
    }

    @Test
    @Order(1)
    void joinsAndBecomesReady() {
        var events = lab.cluster(
                "--control-planes", "1", "--workers", "1", "--worker-nodes", "vm", "--disk", "8", "--timeout", "900");

        assertEquals("cluster-ready", events.getLast().path("event").asString());
        assertEquals(2, events.getLast().path("nodes").asInt());
        var worker = cluster.json("get", "node", "m2").at("/status/nodeInfo");
        assertTrue(worker.path("kernelVersion").asString().endsWith("-cloud-amd64"), worker::toPrettyString);
        assertEquals("v1.37.2", worker.path("kubeletVersion").asString());
        assertTrue(lab.console("m2").contains("garboard: stage stage-0"), "m2 did not boot over the network");
    }

    /** In the guest the kernel checks every block of the programs; a container's kernel has no such mapping to offer. */
    @Test
    @Order(2)
    void readsItsProgramsThroughDeviceMapper() {
        var log = lab.cli("node", "m2", "logs", "bundle").succeeded().out();

        assertTrue(log.contains("every block is what was signed (dm-verity"), log);
    }

    @Test
    @Order(3)
    void runsAPod() throws IOException {
        cluster.apply("vm-worker.yaml");
        cluster.run("rollout", "status", "deployment/web", "--timeout=540s").succeeded();

        var pod = cluster.json("get", "pods", "-l", "app=web").at("/items/0");
        assertEquals("m2", pod.at("/spec/nodeName").asString(), pod::toPrettyString);
        // From the API server on the other node to the pod's own address.
        var name = pod.at("/metadata/name").asString();
        assertEquals("OK", get("/api/v1/namespaces/default/pods/" + name + ":8080/proxy/health"));
    }

    @Test
    @Order(4)
    void podsOfBothNodesReachTheServiceByItsAddressAndItsName() {
        for (var job : new String[] {"calls-the-address-from-m1", "calls-the-name-from-m2"}) {
            cluster.run("wait", "--for=condition=complete", "job/" + job, "--timeout=540s")
                    .succeeded();

            // Attempts from before the service had its pod are there as well.
            var succeeded = cluster.json(
                            "get", "pods", "-l", "job-name=" + job, "--field-selector", "status.phase=Succeeded")
                    .at("/items/0");
            assertEquals(
                    job.substring(job.length() - 2),
                    succeeded.at("/spec/nodeName").asString(),
                    succeeded::toPrettyString);
            var log = cluster.run("logs", succeeded.at("/metadata/name").asString());
            assertEquals("OK", log.succeeded().out().strip());
        }
    }

    @Test
    @Order(5)
    void showsLogsAndRunsCommands() {
        var log = cluster.run("logs", "deployment/web").succeeded().out();
        assertTrue(log.contains("CoreDNS-"), log);
        var version = cluster.run("exec", "deployment/web", "--", "/opt/garboard/bin/coredns", "-version")
                .succeeded()
                .out();
        assertTrue(version.contains("CoreDNS-"), version);
    }

    /**
     * A pod reads the session on the kernel's command line, learns the addresses of its node, and comes by that node's address, as all pods do. It gets
     * no certificate for that, it is told, and the node goes on; a caller with a certificate of their own is served through the same pod.
     */
    @Test
    @Order(6)
    void aPodThatKnowsTheBootDoesNotBecomeItsNode() throws Exception {
        try (var pod = RelayPod.start(cluster)) {
            var machine = lab.kubectlJson("get", "machine", "m2");
            var address = machine.at("/status/address").asString();
            var mac = machine.at("/status/identity/macs/0").asString();
            var session = pod.commandLine().replaceFirst(".*garboard\\.session=(\\S+).*", "$1");
            assertTrue(session.matches("[0-9a-z-]{8,}"), pod::commandLine);

            var answer = pod.enroll(lab, session, mac, address);

            assertTrue(answer.hasRejected() && answer.getRejected().getBootAgain(), answer::toString);
            assertTrue(!answer.toString().contains(mac) && !answer.toString().contains("m2"), answer::toString);
            LabFixture.await(
                    "m2 is told that somebody else was there",
                    () -> claimedTwice().contains(address));
            assertTrue(!pod.imageAsReader(lab, "m2").isEmpty());
        }
        lab.cli("node", "m2", "version").succeeded();
        cluster.run("wait", "--for=condition=Ready", "node/m2", "--timeout=60s").succeeded();
    }

    /** Its disk was empty when it first came; what it has fetched and stored since is still there. */
    @Test
    @Order(7)
    void comesBackWithWhatItsDiskHasKept() {
        assertTrue(logs("disk").contains("which has nothing on it"), logs("disk"));
        assertTrue(logs("disk").contains("/dev/vda is mounted at /var"), logs("disk"));

        lab.power("reset", "m2");

        LabFixture.await(
                "m2 runs its kubelet again", BACK, () -> logs("documents").contains("Kubelet/default is applied"));
        var bundle = logs("bundle");
        assertTrue(bundle.contains("is there already, and not fetched again"), bundle);
        assertTrue(!bundle.contains("fetched, "), bundle);
        assertTrue(!logs("disk").contains("formatting"), logs("disk"));
        cluster.run("wait", "--for=condition=Ready", "node/m2", "--timeout=300s")
                .succeeded();
        cluster.run("rollout", "status", "deployment/web", "--timeout=540s").succeeded();
    }

    /** The file has its size; that its blocks are others only the kernel can see, when it reads them. */
    @Tag("long")
    @Test
    @Order(8)
    void damagedProgramsAreNamedAndFetchedAnewAtTheNextStart() throws IOException {
        lab.power("off", "m2");
        damageTheBundle();
        lab.power("on", "m2");

        LabFixture.await(
                "the damage is named",
                BACK,
                () -> lab.cli("node", "m2", "services").out().contains("blocks of kubernetes-1.37.2"));
        lab.power("reset", "m2");

        LabFixture.await(
                "m2 runs its kubelet again", BACK, () -> logs("documents").contains("Kubelet/default is applied"));
        assertTrue(logs("bundle").contains("fetched, "), logs("bundle"));
        cluster.run("wait", "--for=condition=Ready", "node/m2", "--timeout=300s")
                .succeeded();
    }

    /** Every second block between its file system's superblock and its hash tree. */
    private static void damageTheBundle() throws IOException {
        var name = debugfs("ls -p /lib/garboard/bundles")
                .lines()
                .map(line -> line.split("/", -1))
                .filter(entry -> entry.length > 5 && entry[5].matches("[0-9a-f]{64}"))
                .map(entry -> entry[5])
                .findFirst()
                .orElseThrow();
        var blocks = debugfs("blocks /lib/garboard/bundles/" + name).strip().split("\\s+", -1);
        try (var file = new RandomAccessFile(disk().toFile(), "rw")) {
            for (int i = 64; i < blocks.length - 1000; i += 2) {
                file.seek(Long.parseLong(blocks[i]) * 4096 + 100);
                file.writeLong(0x6761_7262_6167_6521L);
            }
        }
    }

    private static String debugfs(String request) {
        return Program.run(
                        List.of("debugfs", "-R", request, disk().toString()),
                        LabFixture.root(),
                        Map.of(),
                        "",
                        Duration.ofMinutes(1))
                .succeeded()
                .out();
    }

    private static Path disk() {
        return lab.directory().resolve("machines/m2/disk.img");
    }

    @Test
    @Order(9)
    void aDiskWithSomethingElseIsFormattedOnlyWhenThatIsSaid() {
        lab.power("off", "m2");
        Program.run(
                        List.of("mke2fs", "-q", "-F", "-t", "ext4", "-L", "photographs", disk().toString()),
                        LabFixture.root(),
                        Map.of(),
                        "",
                        Duration.ofMinutes(1))
                .succeeded();
        lab.power("on", "m2");

        LabFixture.await(
                "the disk is refused",
                BACK,
                () -> lab.kubectlJson("get", "machine", "m2")
                        .at("/status/documents")
                        .toString()
                        .contains("has ext4 with the label \\\"photographs\\\" on it"));
        var status = lab.cli("cluster", "status", "lab").succeeded().out();
        assertTrue(status.contains("StateDisk failed: the disk vda (8 GB, serial m2-disk) has ext4"), status);
        assertTrue(status.contains("expected this machine's data, the file system " + recorded()), status);

        // What is foreign goes by overwrite; that the machine's own data was there is given up by its file system's
        // UUID.
        lab.kubectl(
                        "patch",
                        "machine",
                        "m2",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"stateDisk\":{\"disk\":\"m2-disk\",\"overwrite\":true,\"discard\":\"" + recorded()
                                + "\"}}}")
                .succeeded();
        LabFixture.await(
                "m2 runs its kubelet again", BACK, () -> logs("documents").contains("Kubelet/default is applied"));
        assertTrue(logs("bundle").contains("fetched, "), logs("bundle"));
        cluster.run("wait", "--for=condition=Ready", "node/m2", "--timeout=300s")
                .succeeded();
    }

    /** Of what a node keeps nothing is left, and it is a node again without anybody's help. */
    @Tag("long")
    @Test
    @Order(10)
    void aResetErasesItsDiskAndNoOther() {
        var former = recorded();
        var other = lab.cli("node", "m2", "reset", "--disk", "m1-disk", "--yes");
        assertTrue(other.exitCode() != 0 && other.err().contains("m2-disk"), other::toString);
        assertEquals(former, recorded());

        lab.cli("node", "m2", "reset", "--disk", "m2-disk", "--yes").succeeded();

        LabFixture.await(
                "m2 keeps its data in another file system",
                BACK,
                () -> !recorded().isEmpty() && !recorded().equals(former));
        LabFixture.await(
                "m2 runs its kubelet again", BACK, () -> logs("documents").contains("Kubelet/default is applied"));
        assertTrue(logs("bundle").contains("fetched, "), logs("bundle"));
        cluster.run("wait", "--for=condition=Ready", "node/m2", "--timeout=300s")
                .succeeded();
    }

    private static String recorded() {
        return lab.kubectlJson("get", "machine", "m2")
                .at("/status/stateDisk/fileSystem")
                .asString();
    }

    private static String claimedTwice() {
        return lab.kubectlJson("get", "machine", "m2").at("/status/conditions").values().stream()
                .filter(condition -> condition.path("type").asString().equals("IdentityClaimedTwice"))
                .filter(condition -> condition.path("status").asString().equals("True"))
                .map(condition -> condition.path("message").asString())
                .findFirst()
                .orElse("");
    }

    /** Of the boot that the machine is in; nothing while its agent does not answer. */
    private static String logs(String service) {
        return lab.cli("node", "m2", "logs", service).out();
    }

    private static String get(String path) {
        return cluster.run("get", "--raw", path).succeeded().out().strip();
    }
}
