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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster's state saved, changed, and brought back while the boot server is stopped. The tests follow each other. */
@TestMethodOrder(OrderAnnotation.class)
class RestoreIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration COMMAND = Duration.ofMinutes(3);
    private static final Duration RESTORE = Duration.ofMinutes(10);

    private static Path kubectl = Path.of("kubectl");

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        kubectl = KubernetesBuild.input("1.37.2").resolve("bin/kubectl");
    }

    private static Path snapshot() {
        return lab.directory().resolve("restore-it.db");
    }

    @Test
    @Order(1)
    void theStateIsSaved() throws IOException {
        lab.cluster("--control-planes", "1", "--workers", "1");
        run(manifest("web.yaml"), "apply", "-f", "-").succeeded();
        run("", "rollout", "status", "deployment/web", "--timeout=150s").succeeded();
        run("", "create", "configmap", "old", "--from-literal=state=saved").succeeded();

        Files.deleteIfExists(snapshot());
        var saved = lab.cli("cluster", "etcd", "snapshot", "lab", snapshot().toString())
                .succeeded()
                .out();

        assertTrue(saved.startsWith("Saved " + Files.size(snapshot()) + " bytes"), saved);
    }

    @Test
    @Order(2)
    void itIsChanged() {
        run("", "delete", "configmap", "old").succeeded();
        run("", "delete", "deployment", "web").succeeded();
        run("", "create", "configmap", "later", "--from-literal=state=lost").succeeded();
        run("", "create", "namespace", "later").succeeded();
    }

    @Test
    @Order(3)
    void aRestoreWithoutAServerBringsItBack() {
        var address = lab.json("machine", "show", "m1").at("/status/address").asString();
        lab.lab("server", "stop").succeeded();

        var refused = restore("m1=" + address);
        assertNotEquals(0, refused.exitCode(), refused.toString());
        assertTrue(refused.toString().contains("--yes"), refused.toString());
        var events = LabFixture.events(
                restore("m1=" + address, "--yes", "--output", "json").succeeded());
        events.forEach(System.out::println);

        assertEquals(
                List.of("prepared", "stopped", "restored", "cluster-restored"),
                events.stream().map(event -> event.path("event").asString()).toList());
        assertEquals(
                "saved",
                run("", "get", "configmap", "old", "-o", "jsonpath={.data.state}")
                        .succeeded()
                        .out());
        var gone = run("", "get", "configmap/later", "namespace/later");
        assertNotEquals(0, gone.exitCode(), gone.toString());
        assertTrue(gone.toString().contains("NotFound"), gone.toString());
    }

    @Test
    @Order(4)
    void theWorkerGoesOnAndNewPodsStart() {
        run("", "wait", "--for=condition=Ready", "node/m1", "node/m2", "--timeout=150s")
                .succeeded();
        // The deployment is back with the state; its pods were deleted after it, and are made anew.
        run("", "rollout", "status", "deployment/web", "--timeout=150s").succeeded();
        run("", "scale", "deployment/web", "--replicas=3").succeeded();
        run("", "rollout", "status", "deployment/web", "--timeout=150s").succeeded();
        assertEquals(
                "OK",
                run("", "get", "--raw", "/api/v1/namespaces/default/services/web:80/proxy/health")
                        .succeeded()
                        .out()
                        .strip());
    }

    @Test
    @Order(5)
    void theServerFindsAHealthyClusterWhenItIsBack() {
        lab.lab("server", "start").succeeded();

        LabFixture.await(
                "the server says that etcd is healthy and all nodes are ready",
                () -> lab.json("cluster", "status", "lab")
                        .at("/status/phase")
                        .asString()
                        .equals("Ready"));
    }

    private static Output restore(String address, String... options) {
        var command = new ArrayList<>(List.of(
                LabFixture.root().resolve("garboard").toString(),
                "cluster",
                "etcd",
                "restore",
                "lab",
                snapshot().toString(),
                "--address",
                address));
        command.addAll(List.of(options));
        return lab.run(lab.insideCommand(command), RESTORE);
    }

    private static String manifest(String name) throws IOException {
        try (var in = Objects.requireNonNull(RestoreIT.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
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
