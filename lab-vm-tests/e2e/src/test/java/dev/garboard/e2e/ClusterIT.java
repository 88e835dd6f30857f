package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.e2e.Program.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Kubernetes on three container nodes, made by one command and used by its own kubectl. The tests follow each other. */
@TestMethodOrder(OrderAnnotation.class)
class ClusterIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration COMMAND = Duration.ofMinutes(3);

    private static Path kubectl = Path.of("kubectl");

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        kubectl = KubernetesBuild.input("1.37.2").resolve("bin/kubectl");
    }

    @Test
    @Order(1)
    void oneCommandMakesACluster() {
        var events = lab.cluster("--control-planes", "1", "--workers", "2");

        assertEquals("cluster-ready", events.getLast().path("event").asString());
        assertEquals(3, events.getLast().path("nodes").asInt());
        var nodes = json("get", "nodes").path("items");
        assertEquals(3, nodes.size());
        for (var node : nodes) {
            assertEquals(
                    "v1.37.2",
                    node.at("/status/nodeInfo/kubeletVersion").asString(),
                    () -> node.at("/metadata/name").asString());
        }
    }

    @Test
    @Order(2)
    void theServerKnowsItsNodesAndItsState() {
        var status = lab.cli("cluster", "status", "lab").succeeded().out();

        assertTrue(status.contains("m1") && status.contains("m3"), status);
        assertTrue(
                lab.cli("cluster", "etcd", "members", "lab").succeeded().out().contains("m1"));
        assertTrue(lab.kubectl("get", "clusters").succeeded().out().contains("1.37.2"));
    }

    /** All of the rest with the boot server away: a cluster does not need it. */
    @Test
    @Order(3)
    void aDeploymentOverTheWorkersAnswersThoughTheServerIsStopped() throws IOException {
        lab.lab("server", "stop").succeeded();

        run(manifest("web.yaml"), "apply", "-f", "-").succeeded();
        run("", "rollout", "status", "deployment/web", "--timeout=150s").succeeded();

        var on = new TreeSet<String>();
        json("get", "pods", "-l", "app=web")
                .path("items")
                .forEach(pod -> on.add(pod.at("/spec/nodeName").asString()));
        assertEquals(List.of("m2", "m3"), List.copyOf(on));
        // From the API server on m1 to the pods on the other nodes.
        assertEquals("OK", get("/api/v1/namespaces/default/services/web:80/proxy/health"));
    }

    @Test
    @Order(4)
    void aPodReachesTheServiceByItsName() {
        run("", "wait", "--for=condition=complete", "job/calls-the-service-by-name", "--timeout=150s")
                .succeeded();

        // Attempts from before the service had its pods are there as well.
        var succeeded = json(
                        "get",
                        "pods",
                        "-l",
                        "job-name=calls-the-service-by-name",
                        "--field-selector",
                        "status.phase=Succeeded")
                .at("/items/0/metadata/name")
                .asString();
        assertEquals("OK", run("", "logs", succeeded).succeeded().out().strip());
    }

    @Test
    @Order(5)
    void podsShowTheirLogsAndRunCommands() {
        var log = run("", "logs", "deployment/web").succeeded().out();
        assertTrue(log.contains("CoreDNS-"), log);
        var version = run("", "exec", "deployment/web", "--", "/opt/garboard/bin/coredns", "-version")
                .succeeded()
                .out();
        assertTrue(version.contains("CoreDNS-"), version);
    }

    private static String manifest(String name) throws IOException {
        try (var in = Objects.requireNonNull(ClusterIT.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(String path) {
        return run("", "get", "--raw", path).succeeded().out().strip();
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
