package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.e2e.Program.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What runs on the nodes of a cluster, seen and handled by the machine API alone, and what happens to it: programs that are killed, and a disk
 * that is full. The worker has a small disk of its own. The tests follow each other.
 */
@TestMethodOrder(OrderAnnotation.class)
class NodeProgramsIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration COMMAND = Duration.ofMinutes(3);
    private static final String WORKER = "m2";

    private static Path kubectl = Path.of("kubectl");
    private static SmallDisk disk;

    @BeforeAll
    static void makeCluster() throws IOException {
        Requirements.root();
        kubectl = KubernetesBuild.input("1.37.2").resolve("bin/kubectl");
        disk = SmallDisk.of(lab, WORKER, "containerd");
        lab.cluster("--control-planes", "1", "--workers", "1");
        run(manifest(), "apply", "-f", "-").succeeded();
        run("", "rollout", "status", "deployment/steady", "--timeout=150s").succeeded();
    }

    @AfterAll
    static void removeDisk() {
        if (disk != null) {
            lab.down();
            disk.close();
        }
    }

    @Test
    @Order(1)
    void theNodeTellsItsContainersAndImages() {
        var steady = container("steady");
        assertEquals("default", steady.path("podNamespace").asString());
        assertEquals("STATE_RUNNING", steady.path("state").asString());
        assertTrue(steady.path("pid").asLong() > 1, steady::toString);
        assertTrue(steady.path("memoryBytes").asLong() > 1 << 20, steady::toString);
        assertTrue(steady.path("image").asString().startsWith("garboard.dev/base:"), steady::toString);

        var straight = lab.cli("node", "m1", "containers").succeeded().out();
        assertTrue(straight.contains("kube-system/kube-apiserver-m1/kube-apiserver"), straight);

        var image = lab.json("node", WORKER, "images").path("images").get(0);
        assertTrue(image.path("names").toString().contains("garboard.dev/base:1.37.2"), image::toString);
        assertTrue(image.path("pinned").asBoolean(), image::toString);
    }

    @Test
    @Order(2)
    void theNodeShowsWhatContainersWrote() {
        var log = logs("steady").succeeded().out();
        assertTrue(log.contains("CoreDNS-"), log);
        assertEquals(1, logs("--tail", "1", "steady").succeeded().out().lines().count());

        LabFixture.await(
                "the short program has ended",
                () -> container("short").path("state").asString().equals("STATE_EXITED"));
        assertEquals(1, container("short").path("exitCode").asInt());
        var before = logs("--previous", "default/short/short").succeeded().out();
        assertTrue(before.contains("/missing"), before);

        var never = logs("--previous", "steady");
        assertEquals(3, never.exitCode(), never::toString);
        assertTrue(never.err().contains("was never started again"), never::toString);
        var mistyped = logs("stady");
        assertEquals(3, mistyped.exitCode(), mistyped::toString);
        assertTrue(mistyped.err().contains("did you mean steady?"), mistyped::toString);
        run("", "delete", "pod", "short", "--wait=false").succeeded();
    }

    @Test
    @Order(3)
    void programsHaveControlGroupsOfTheirOwn() {
        for (var name : List.of("containerd", "kubelet")) {
            var service = service(name);
            assertTrue(service.path("memoryBytes").asLong() > 1 << 20, service::toString);
            assertTrue(service.path("cpuTime").asDouble() > 0, service::toString);
        }
        assertTrue(NodeProcess.of(WORKER, "containerd").cgroups().contains("/garboard/containerd\n"));
        assertTrue(NodeProcess.of(WORKER, "containerd-shim").cgroups().contains("/garboard/shims\n"));
    }

    @Test
    @Order(4)
    void aProgramIsStartedAgainOnRequestAndAPartOfTheAgentIsNot() {
        var former = NodeProcess.of(WORKER, "kubelet");

        var done = lab.cli("node", WORKER, "restart", "kubelet").succeeded().out();

        assertTrue(done.contains("kubelet runs again on " + WORKER), done);
        assertNotEquals(former, NodeProcess.of(WORKER, "kubelet"));
        var refused = lab.cli("node", WORKER, "restart", "network");
        assertNotEquals(0, refused.exitCode());
        assertTrue(refused.err().contains("network is a part of the agent"), refused::toString);
        assertTrue(refused.err().contains("What can be restarted: containerd, kubelet"), refused::toString);
    }

    @ParameterizedTest
    @Order(5)
    @ValueSource(strings = {"containerd", "kubelet"})
    void podsGoOnThoughAProgramIsKilled(String name) throws Exception {
        var pid = container("steady").path("pid").asLong();
        int restarts = service(name).path("restarts").asInt();
        try (var caller = new ServiceCaller(NodeProgramsIT::callSteady)) {
            NodeProcess.of(WORKER, name).kill();

            LabFixture.await("the agent has started " + name + " again", () -> {
                var service = service(name);
                return service.path("restarts").asInt() == restarts + 1
                        && service.path("healthy").asBoolean();
            });
            assertEquals(List.of(), caller.failures());
        }
        var service = service(name);
        assertTrue(service.path("lastFailure").asString().contains("ended with signal 9"), service::toString);
        assertEquals(pid, container("steady").path("pid").asLong(), "the same process as before");
        LabFixture.await("the node is ready", () -> ready("nodes", WORKER));
        startAnother();
    }

    /** The kubelet can still make and remove pods. */
    private static void startAnother() {
        run("", "scale", "deployment/steady", "--replicas=2").succeeded();
        run("", "rollout", "status", "deployment/steady", "--timeout=170s").succeeded();
        run("", "scale", "deployment/steady", "--replicas=1").succeeded();
        LabFixture.await("the second pod is gone", () -> pods() == 1);
    }

    @Test
    @Order(6)
    void aFullDiskIsNamedWithItsRemedyAndForgottenWhenThereIsRoom() throws IOException {
        disk.fill();

        LabFixture.await(
                "the node says that its disk is full",
                () -> !service("disk").path("healthy").asBoolean());
        var said = service("disk").path("message").asString();
        assertTrue(said.contains("/var/lib/containerd") && said.contains("is full, 0 MB free"), said);
        assertTrue(said.contains("give the machine a larger disk"), said);
        LabFixture.await(
                "the server shows it",
                () -> condition("Ready").path("message").asString().contains("is full, 0 MB free"));
        lab.cli("node", WORKER, "version").succeeded();
        lab.cli("node", WORKER, "containers").succeeded();

        disk.makeRoom();

        LabFixture.await(
                "the disk is well again", () -> service("disk").path("healthy").asBoolean());
        LabFixture.await(
                "the machine is ready",
                () -> condition("Ready").path("status").asString().equals("True"));
        // The kubelet has evicted pods, and keeps new ones away for a minute.
        run("", "rollout", "status", "deployment/steady", "--timeout=170s").succeeded();
        LabFixture.await("pods are started again", () -> callSteady().exitCode() == 0);
        // The lab has no time server and no resolver, and says so.
        assertEquals(List.of("time", "resolver"), unhealthy());
    }

    private static List<String> unhealthy() {
        return lab.json("node", WORKER, "services").path("services").values().stream()
                .filter(service -> !service.path("healthy").asBoolean(false))
                .map(service -> service.path("name").asString())
                .toList();
    }

    private static Output logs(String... arguments) {
        var command = new ArrayList<>(List.of("node", WORKER, "container-logs"));
        command.addAll(List.of(arguments));
        return lab.cli(command.toArray(String[]::new));
    }

    private static JsonNode service(String name) {
        return named(lab.json("node", WORKER, "services").path("services"), name);
    }

    /** The last attempt. */
    private static JsonNode container(String name) {
        return named(lab.json("node", WORKER, "containers").path("containers"), name);
    }

    private static JsonNode named(JsonNode all, String name) {
        return all.values().stream()
                .filter(one -> one.path("name").asString().equals(name))
                .reduce((_, last) -> last)
                .orElseThrow(() -> new AssertionError("no " + name + " in " + all));
    }

    private static JsonNode condition(String type) {
        return lab.kubectlJson("get", "machine", WORKER).at("/status/conditions").values().stream()
                .filter(one -> one.path("type").asString().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static boolean ready(String kind, String name) {
        return json("get", kind, name).at("/status/conditions").values().stream()
                .anyMatch(one -> one.path("type").asString().equals("Ready")
                        && one.path("status").asString().equals("True"));
    }

    private static int pods() {
        return json("get", "pods", "-l", "app=steady").path("items").size();
    }

    private static Output callSteady() {
        return run("", "get", "--raw", "/api/v1/namespaces/default/services/steady:80/proxy/health");
    }

    private static String manifest() throws IOException {
        var name = "node-programs.yaml";
        try (var in = Objects.requireNonNull(NodeProgramsIT.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode json(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        return JsonMapper.builder()
                .build()
                .readTree(run("", all.toArray(String[]::new)).succeeded().out());
    }

    private static Output run(String input, String... arguments) {
        var command = new ArrayList<>(List.of(
                kubectl.toString(),
                "--kubeconfig",
                lab.directory().resolve("cluster.kubeconfig").toString()));
        command.addAll(List.of(arguments));
        return Program.run(command, LabFixture.root(), Map.of(), input, COMMAND);
    }

    /** A file system of its own, in memory, in the place of one of the directories on a machine's disk. */
    private record SmallDisk(Path mounted) {

        private static final String SIZE = "128m";
        private static final int BLOCK = 1 << 16;

        /** Before the machine is powered on for the first time. */
        static SmallDisk of(LabFixture lab, String machine, String directory) throws IOException {
            var mounted = lab.directory().resolveSibling("small-disk");
            var disk = new SmallDisk(Files.createDirectories(mounted));
            // What an aborted run left behind.
            disk.command("umount", "--lazy", mounted.toString());
            disk.command("mount", "-t", "tmpfs", "-o", "mode=0755,size=" + SIZE, "small-disk", mounted.toString())
                    .succeeded();
            var own = lab.directory().resolve("machines").resolve(machine).resolve("disk");
            Files.createSymbolicLink(Files.createDirectories(own).resolve(directory), mounted);
            return disk;
        }

        private Output command(String... words) {
            return Program.run(List.of(words), LabFixture.root(), Map.of(), COMMAND);
        }

        private Path filler() {
            return mounted.resolve("filler");
        }

        void fill() throws IOException {
            var block = new byte[BLOCK];
            try (var out = Files.newOutputStream(filler())) {
                while (true) {
                    out.write(block);
                }
            } catch (IOException full) {
                assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full::toString);
            }
        }

        void makeRoom() throws IOException {
            Files.delete(filler());
        }

        void close() {
            command("umount", mounted.toString()).succeeded();
        }
    }
}
