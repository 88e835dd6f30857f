package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.testing.Requirements;
import dev.garboard.trust.Role;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What people type. Runs with the kubectl of the path, and with those that the environment variable GARBOARD_TEST_KUBECTL names, separated
 * by colons. Debian's package kubernetes-client has one.
 */
class KubectlIT {

    private static final String MACHINE = """
        apiVersion: garboard.dev/v1alpha1
        kind: Machine
        metadata:
          name: rack1-a
          labels: {rack: "1"}
        spec:
          acceptance: Pending
          hostname: first
        """;

    private static final String CLUSTER = """
        apiVersion: garboard.dev/v1alpha1
        kind: Cluster
        metadata:
          name: lab
        spec:
          version: 1.37.2
          controlPlane:
            selector: {role: control-plane}
          workers:
            selector: {role: worker}
        """;

    @TempDir
    private Path directory;

    private RunningApi api;

    @BeforeEach
    void start() {
        api = RunningApi.start(directory);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    static Stream<String> kubectls() {
        var named = System.getenv().getOrDefault("GARBOARD_TEST_KUBECTL", "");
        var onPath = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> folder + "/kubectl")
                .filter(file -> Files.isExecutable(Path.of(file)))
                .limit(1);
        var all = Stream.concat(onPath, Arrays.stream(named.split(":")).filter(file -> !file.isEmpty()))
                .toList();
        // An empty name stands for "there is none", so that the tests are reported as skipped and not as missing.
        return all.isEmpty() ? Stream.of("") : all.stream();
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void appliesShowsChangesAndDeletesAMachine(String kubectl) throws Exception {
        var file = Files.writeString(directory.resolve("machine.yaml"), MACHINE);

        assertEquals("machine.garboard.dev/rack1-a created\n", run(kubectl, "apply", "-f", file.toString()));
        assertEquals("machine.garboard.dev/rack1-a unchanged\n", run(kubectl, "apply", "-f", file.toString()));
        Files.writeString(file, MACHINE.replace("first", "second"));
        assertEquals("machine.garboard.dev/rack1-a configured\n", run(kubectl, "apply", "-f", file.toString()));
        var yaml = run(kubectl, "get", "machine", "rack1-a", "-o", "yaml");
        assertTrue(yaml.contains("hostname: second") && yaml.contains("phase: Discovered"), yaml);
        assertEquals("machine.garboard.dev \"rack1-a\" deleted\n", run(kubectl, "delete", "machine", "rack1-a"));
        assertTrue(api.store().get(Kinds.MACHINE, "rack1-a").isEmpty());
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void printsATableOfMachines(String kubectl) throws Exception {
        machine("node-a", "1");
        machine("node-b", "2");

        var all = run(kubectl, "get", "machines").lines().toList();
        var short1 = run(kubectl, "get", "gbm", "-l", "rack in (2,3)", "--no-headers");
        var none = run(kubectl, "get", "leases");

        assertEquals(
                List.of("NAME", "PHASE", "ACCEPTANCE", "ADDRESS", "IMAGE", "LAST", "SEEN", "AGE", "TROUBLE"),
                List.of(all.getFirst().split(" +")));
        assertEquals(3, all.size());
        assertTrue(short1.startsWith("node-b") && short1.lines().count() == 1, short1);
        assertEquals("No resources found\n", none);
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void appliesAndPrintsClusters(String kubectl) throws Exception {
        var file = Files.writeString(directory.resolve("cluster.yaml"), CLUSTER);

        assertEquals("cluster.garboard.dev/lab created\n", run(kubectl, "apply", "-f", file.toString()));
        assertEquals("cluster.garboard.dev/lab unchanged\n", run(kubectl, "apply", "-f", file.toString()));

        var rows = run(kubectl, "get", "clusters").lines().toList();
        assertEquals(
                List.of("NAME", "VERSION", "PHASE", "CONTROL", "PLANES", "WORKERS", "AGE"),
                List.of(rows.getFirst().split(" +")));
        assertTrue(rows.getLast().matches("lab +1\\.37\\.2 +Pending +0/0 +0/0 +\\S+"), rows::toString);
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void tellsCallersWhatTheyMay(String kubectl) throws Exception {
        assertEquals("yes", canI(kubectl, Role.READER, 0, "list", "machines.garboard.dev"));
        assertEquals(
                "no - that takes the role operator, the certificate says reader",
                canI(kubectl, Role.READER, 1, "patch", "machines.garboard.dev"));
        assertTrue(canI(kubectl, Role.OPERATOR, 0, "patch", "machines.garboard.dev")
                .startsWith("yes"));
        assertEquals(
                "no - that takes the role admin, the certificate says operator",
                canI(kubectl, Role.OPERATOR, 1, "delete", "clusters.garboard.dev"));
        assertEquals("yes", canI(kubectl, Role.ADMIN, 0, "delete", "clusters.garboard.dev"));
        assertEquals("no - leases have no delete", canI(kubectl, Role.ADMIN, 1, "delete", "leases.garboard.dev"));
        assertTrue(canI(kubectl, Role.ADMIN, 1, "get", "pods").startsWith("no - there are no pods"));

        var list =
                finish(command(kubectl, Role.READER, "auth", "can-i", "--list").start(), 0);
        assertTrue(
                list.lines().anyMatch(line -> line.matches("machines\\.garboard\\.dev .*\\[get list watch\\]")), list);
    }

    /** The last line: newer versions warn before it that a kind has no namespace. */
    private String canI(String kubectl, Role role, int exitCode, String verb, String resource) throws Exception {
        var output =
                finish(command(kubectl, role, "auth", "can-i", verb, resource).start(), exitCode);
        return output.strip().lines().toList().getLast();
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void watchesMachines(String kubectl) throws Exception {
        machine("node-a", "1");
        var output = directory.resolve("watch.txt");
        var process = command(kubectl, "get", "machines", "-w")
                .redirectOutput(output.toFile())
                .start();
        try {
            waitFor(output, "node-a");
            api.store()
                    .update(
                            Kinds.MACHINE,
                            "node-a",
                            machine -> machine.withStatus(machine.status()
                                    .edit()
                                    .phase("Ready")
                                    .address("192.0.2.7")
                                    .apiPort(7444)
                                    .done()));
            waitFor(output, "Ready");
            machine("node-b", "2");
            waitFor(output, "node-b");
        } finally {
            process.destroy();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        }
        var lines = Files.readAllLines(output);
        assertTrue(lines.getFirst().startsWith("NAME"), lines::toString);
        assertEquals(1, lines.stream().filter(line -> line.startsWith("NAME")).count(), lines::toString);
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void watchesOneMachineByName(String kubectl) throws Exception {
        machine("node-a", "1");
        machine("node-b", "1");
        var output = directory.resolve("watch.txt");
        var process = command(kubectl, "get", "machine", "node-b", "-w")
                .redirectOutput(output.toFile())
                .start();
        try {
            waitFor(output, "node-b");
            api.store().delete(Kinds.MACHINE, "node-a", 0);
            api.store()
                    .update(
                            Kinds.MACHINE,
                            "node-b",
                            machine -> machine.withSpec(machine.spec().withAcceptance(Acceptance.ACCEPTED)));
            waitFor(output, "Accepted");
        } finally {
            process.destroy();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        }
        assertTrue(!Files.readString(output).contains("node-a"), Files.readString(output));
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void patchesLabelsAndExplains(String kubectl) throws Exception {
        machine("node-a", "1");

        var patched = run(
                kubectl,
                "patch",
                "machine",
                "node-a",
                "--type=merge",
                "-p",
                "{\"spec\":{\"acceptance\":\"Accepted\"}}");
        run(kubectl, "label", "machine", "node-a", "rack=9", "--overwrite");
        run(kubectl, "annotate", "machine", "node-a", "owner=carol");
        var explained = run(kubectl, "explain", "machine.spec");

        var stored = api.store().get(Kinds.MACHINE, "node-a").orElseThrow();
        assertEquals("machine.garboard.dev/node-a patched\n", patched);
        assertEquals(Acceptance.ACCEPTED, stored.spec().acceptance());
        assertEquals("9", stored.metadata().labels().get("rack"));
        assertEquals("carol", stored.metadata().annotation("owner"));
        assertTrue(explained.contains("acceptance") && explained.contains("hostname"), explained);
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void rehearsesOnTheServer(String kubectl) throws Exception {
        var file = Files.writeString(directory.resolve("machine.yaml"), MACHINE);

        var created = run(kubectl, "apply", "--dry-run=server", "-f", file.toString());

        assertEquals("machine.garboard.dev/rack1-a created (server dry run)\n", created);
        assertTrue(api.store().get(Kinds.MACHINE, "rack1-a").isEmpty());
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void saysWhatIsWrongWithAResource(String kubectl) throws Exception {
        var file = Files.writeString(directory.resolve("machine.yaml"), MACHINE.replace("Pending", "Maybe"));

        var refused = refused(kubectl, "apply", "-f", file.toString());
        var missing = refused(kubectl, "get", "machine", "nobody");
        var readOnly = refused(kubectl, "delete", "image", "some-image");

        assertTrue(refused.contains("spec.acceptance") && refused.contains("Pending, Accepted, Rejected"), refused);
        assertEquals("Error from server (NotFound): machines.garboard.dev \"nobody\" not found\n", missing);
        assertTrue(readOnly.contains("garboard image import"), readOnly);
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void listsWhatThereIs(String kubectl) throws Exception {
        var resources = run(kubectl, "api-resources");
        var versions = run(kubectl, "api-versions");

        assertEquals("garboard.dev/v1alpha1\n", versions);
        for (var kind : Kinds.all()) {
            assertTrue(resources.contains(kind.plural()) && resources.contains(kind.name()), resources);
        }
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void tellsAReaderThatWritingIsNotForHim(String kubectl) throws Exception {
        machine("node-a", "1");
        var process =
                command(kubectl, Role.READER, "delete", "machine", "node-a").start();

        var said = finish(process, 1);

        assertTrue(said.contains("Forbidden") && said.contains("role operator"), said);
    }

    private void machine(String name, String rack) {
        api.store()
                .create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named(name).withLabels(Map.of("rack", rack)),
                        MachineSpec.undecided(),
                        MachineStatus.unseen()));
    }

    private String run(String kubectl, String... arguments) throws IOException, InterruptedException {
        return finish(command(kubectl, arguments).start(), 0);
    }

    private String refused(String kubectl, String... arguments) throws IOException, InterruptedException {
        return finish(command(kubectl, arguments).start(), 1);
    }

    private static String finish(Process process, int expected) throws IOException, InterruptedException {
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "kubectl did not end");
        assertEquals(expected, process.exitValue(), output);
        return output;
    }

    private ProcessBuilder command(String kubectl, String... arguments) throws IOException {
        return command(kubectl, Role.ADMIN, arguments);
    }

    private ProcessBuilder command(String kubectl, Role role, String... arguments) throws IOException {
        Requirements.require(!kubectl.isEmpty(), "there is no kubectl on the path: apt-get install kubernetes-client");
        var words = new ArrayList<>(
                List.of(kubectl, "--kubeconfig", api.kubeconfig(role).toString()));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        // kubectl keeps what it discovered in the home directory, by address: other servers had this port before.
        builder.environment().put("HOME", directory.toString());
        return builder;
    }

    private static void waitFor(Path output, String text) throws IOException, InterruptedException {
        for (int i = 0; i < 300; i++) {
            if (Files.readString(output).contains(text)) {
                return;
            }
            Thread.sleep(100);
        }
        fail("\"" + text + "\" did not appear within 30 s in: " + Files.readString(output));
    }
}
