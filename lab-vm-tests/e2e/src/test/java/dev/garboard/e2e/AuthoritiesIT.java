package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The guide to replacing a cluster's authorities, in its order, but the lab declares the cluster: its state moves into a new one. */
@Tag("long")
class AuthoritiesIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final List<String> MACHINES = List.of("m1", "m2");
    private static ClusterClient cluster = new ClusterClient(Path.of("kubectl"), Path.of("kubeconfig"));

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        cluster = ClusterClient.of(lab, "1.37.2");
    }

    @Test
    void theStateGoesOnUnderNewAuthorities() throws Exception {
        declare();
        cluster.apply("web.yaml");
        cluster.run("rollout", "status", "deployment/web", "--timeout=150s").succeeded();
        cluster.run("create", "configmap", "precious", "--from-literal=state=kept")
                .succeeded();
        var formerCa = authority();
        var formerKubeconfig = Files.copy(
                lab.directory().resolve("cluster.kubeconfig"),
                Files.createTempDirectory("former").resolve("kubeconfig"));
        var snapshot = lab.directory().resolve("authorities.db");
        Files.deleteIfExists(snapshot);
        lab.cli("cluster", "etcd", "snapshot", "lab", snapshot.toString()).succeeded();

        lab.kubectl("delete", "cluster", "lab").succeeded();
        for (var machine : MACHINES) {
            LabFixture.await(machine + " runs nothing of the cluster", ClusterProbe.CHANGE, () -> runsNothing(machine));
        }
        declare();
        assertNotEquals(0, cluster.run("get", "configmap", "precious").exitCode());
        lab.cli("cluster", "etcd", "restore", "lab", snapshot.toString(), "--yes")
                .succeeded();

        assertEquals(
                "kept",
                cluster.json("get", "configmap", "precious").at("/data/state").asString());
        cluster.run("wait", "--for=condition=Ready", "node/m1", "node/m2", "--timeout=150s")
                .succeeded();
        cluster.run("rollout", "status", "deployment/web", "--timeout=150s").succeeded();
        // Pods trust the new authority, and tokens of the former one are worth nothing.
        assertNotEquals(formerCa, authority());
        LabFixture.await(
                "the cluster publishes its new authority",
                ClusterProbe.CHANGE,
                () -> !published().equals(formerCa));
        assertEquals(authority(), published());
        LabFixture.await(
                "the service answers",
                ClusterProbe.CHANGE,
                () -> cluster.run("get", "--raw", "/api/v1/namespaces/default/services/web:80/proxy/health")
                        .out()
                        .strip()
                        .equals("OK"));
        var former = new ClusterClient(cluster.kubectl(), formerKubeconfig).run("get", "nodes");
        assertNotEquals(0, former.exitCode(), former::toString);
        assertTrue(former.err().contains("certificate signed by unknown authority"), former::toString);
        LabFixture.await(
                "the server calls it ready",
                ClusterProbe.CHANGE,
                () -> lab.kubectlJson("get", "cluster", "lab")
                        .at("/status/phase")
                        .asString()
                        .equals("Ready"));
    }

    private static void declare() {
        var events = lab.cluster("--control-planes", "1", "--workers", "1");
        assertEquals("cluster-ready", events.getLast().path("event").asString());
    }

    /** As the kubeconfig of an administrator has it. */
    private static String authority() {
        return cluster.run(
                        "config",
                        "view",
                        "--raw",
                        "-o",
                        "go-template={{index (index .clusters 0).cluster \"certificate-authority-data\" | base64decode}}")
                .succeeded()
                .out()
                .strip();
    }

    private static String published() {
        return cluster.json("get", "configmap", "kube-root-ca.crt")
                .at("/data/ca.crt")
                .asString("")
                .strip();
    }

    private static boolean runsNothing(String machine) {
        var services = lab.cli("node", machine, "services").succeeded().out();
        return Stream.of("etcd", "kubelet", "containerd", "api-balancer").noneMatch(services::contains);
    }
}
