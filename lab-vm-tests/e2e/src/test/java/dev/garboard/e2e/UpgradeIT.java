package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.e2e.Program.Output;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real cluster goes from one minor version to the next while it serves, and while the boot server is away for a part of it. */
@TestMethodOrder(OrderAnnotation.class)
class UpgradeIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration COMMAND = Duration.ofMinutes(3);
    private static final Duration WHOLE = Duration.ofMinutes(15);
    private static final String FROM = "1.36.3";
    private static final String TO = "1.37.2";

    private static Path kubectl = Path.of("kubectl");
    private static Path next = Path.of("next");

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        Requirements.program("nsenter", "util-linux");
        kubectl = KubernetesBuild.input(FROM).resolve("bin/kubectl");
        next = KubernetesBuild.input(TO);
    }

    @Test
    @Order(1)
    void aClusterOfTheFormerMinorVersionComesUp() throws IOException {
        lab.cluster("--control-planes", "1", "--workers", "2", "--kubernetes", FROM);

        assertEquals(List.of("v" + FROM, "v" + FROM, "v" + FROM), kubelets());
        run(manifest(), "apply", "-f", "-").succeeded();
        run("", "rollout", "status", "deployment/web", "--timeout=150s").succeeded();
    }

    @Test
    @Order(2)
    void whatCannotBeIsRefusedBeforeAnythingChanges() {
        var missing = upgrade("--version", "1.36.9", "--dry-run").exitedWith(1);
        assertTrue(missing.out().contains("no bundle of Kubernetes 1.36.9 was imported"), missing::toString);
        var back = upgrade("--version", "1.36.1").exitedWith(1);
        assertTrue(back.out().contains("it runs 1.36.3, and 1.36.1 was asked for"), back::toString);
        var patch = lab.kubectl("patch", "cluster", "lab", "--type=merge", "-p", "{\"spec\":{\"version\":\"1.36.1\"}}");
        assertTrue(patch.exitCode() != 0 && patch.err().contains("a release of the next one"), patch::toString);

        assertEquals(FROM, cluster().at("/spec/version").asString());
    }

    @Test
    @Order(3)
    void everyNodeMovesWhileTheServiceAnswersAndTheServerComesAndGoes() throws Exception {
        if (!lab.cli("kubernetes", "list", "--site", lab.site().toString())
                .succeeded()
                .out()
                .contains(TO)) {
            lab.cli(
                            "kubernetes",
                            "import",
                            next.toString(),
                            "--site",
                            lab.site().toString())
                    .succeeded();
        }
        upgrade("--version", TO, "--dry-run").succeeded();
        var service =
                "http://" + json("get", "service", "web").at("/spec/clusterIP").asString() + "/health";
        try (var first = RunningPoller.start("m1", service, "https://127.0.0.1:6444/readyz");
                var second = RunningPoller.start("m3", service)) {
            long begun = System.nanoTime();
            var progress = Files.createTempFile("upgrade", ".json");
            var watching = watch(progress);
            LabFixture.await("the turn of a worker", WHOLE, () -> {
                if (!watching.isAlive()) {
                    throw new AssertionError("the upgrade ended early:\n" + Files.readString(progress));
                }
                return "Workers".equals(cluster().at("/status/upgrade/phase").asString(""))
                        && cluster().at("/status/upgrade/machine").isString();
            });
            lab.lab("server", "stop").succeeded();
            Thread.sleep(5000);
            lab.lab("server", "start").succeeded();

            assertTrue(watching.waitFor(WHOLE.toSeconds(), TimeUnit.SECONDS), () -> text(progress));
            assertEquals(0, watching.exitValue(), () -> text(progress));
            long seconds = (System.nanoTime() - begun) / 1_000_000_000;
            var results = new ArrayList<>(first.end());
            results.addAll(second.end());

            System.err.println("upgraded in " + seconds + " s\n" + text(progress) + results);
            for (var result : results) {
                if (result.path("url").asString().equals(service)) {
                    assertEquals(0, result.path("failed").asInt(), result::toString);
                    assertTrue(result.path("requests").asInt() > 100, result::toString);
                }
            }
        }
    }

    @Test
    @Order(4)
    void allOfItIsOfTheNewVersion() throws Exception {
        assertEquals(List.of("v" + TO, "v" + TO, "v" + TO), kubelets());
        assertEquals("v" + TO, json("version").at("/serverVersion/gitVersion").asString());
        assertEquals(
                TO,
                json("-n", "kube-system", "get", "daemonset", "kube-proxy")
                        .at("/spec/template/metadata/annotations/garboard.dev~1kubernetes")
                        .asString());
        for (var node : json("get", "nodes").path("items")) {
            assertTrue(!node.at("/spec/unschedulable").asBoolean(false), node::toString);
        }
        var status = cluster().path("status");
        assertEquals(TO, status.path("version").asString());
        assertEquals("Done", status.at("/upgrade/phase").asString());
        // One snapshot, although the server was started twice.
        var file = Path.of(status.at("/upgrade/snapshot/file").asString());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(
                status.at("/upgrade/snapshot/sha256").asString(),
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        var again = upgrade("--version", TO).succeeded();
        assertTrue(again.out().contains("Kubernetes " + TO + " on every node"), again::toString);
    }

    private static Process watch(Path progress) throws IOException {
        var builder = new ProcessBuilder(
                        LabFixture.root().resolve("garboard").toString(),
                        "cluster",
                        "upgrade",
                        "lab",
                        "--version",
                        TO,
                        "--output",
                        "json")
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(progress.toFile()));
        builder.environment().putAll(lab.environment());
        return builder.start();
    }

    private static Output upgrade(String... options) {
        var command = new ArrayList<>(List.of("cluster", "upgrade", "lab"));
        command.addAll(List.of(options));
        return lab.cli(command.toArray(String[]::new));
    }

    private static JsonNode cluster() {
        return lab.kubectlJson("get", "cluster", "lab");
    }

    private static List<String> kubelets() {
        var versions = new ArrayList<String>();
        json("get", "nodes")
                .path("items")
                .forEach(node ->
                        versions.add(node.at("/status/nodeInfo/kubeletVersion").asString()));
        return versions;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return gone.toString();
        }
    }

    private static String manifest() throws IOException {
        try (var in = Objects.requireNonNull(UpgradeIT.class.getResourceAsStream("upgrade.yaml"))) {
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
}
