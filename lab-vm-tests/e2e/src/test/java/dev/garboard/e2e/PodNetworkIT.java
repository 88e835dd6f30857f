package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two container nodes whose pods are connected by a workload of its own, as Cilium, Calico and the like are. The tests follow each other. */
@TestMethodOrder(OrderAnnotation.class)
class PodNetworkIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String VERSION = "1.37.2";

    @TempDir
    private static Path directory;

    private static ClusterProbe cluster;

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        cluster = new ClusterProbe(lab, KubernetesBuild.input(VERSION).resolve("bin/kubectl"), "lab");
    }

    @Test
    @Order(1)
    void withoutANetworkNodesAreNotReadyAndTheConditionSaysWhy() {
        lab.up("--nodes", "container", "--machines", "2");
        var site = lab.site().toString();
        if (!lab.cli("kubernetes", "list", "--site", site).succeeded().out().contains(VERSION)) {
            lab.cli("kubernetes", "import", KubernetesBuild.input(VERSION).toString(), "--site", site)
                    .succeeded();
        }
        lab.cli("machine", "label", "m1", "role=control-plane").succeeded();
        lab.cli("machine", "label", "m2", "role=worker").succeeded();
        lab.cli(
                        "cluster",
                        "create",
                        "lab",
                        "--version",
                        VERSION,
                        "--control-planes",
                        "role=control-plane",
                        "--workers",
                        "role=worker",
                        "--pod-network",
                        "none")
                .succeeded();

        LabFixture.await("the missing network is named", LIMIT, () -> {
            // The condition comes with the first control plane.
            var said = cluster.status().path("conditions").toString();
            return said.contains("m1: ") && said.contains("m2: ") && said.contains("cni plugin not initialized");
        });
        assertTrue(cluster.holds("ApiReady"));
        lab.cli(
                        "cluster",
                        "kubeconfig",
                        "lab",
                        "--file",
                        lab.directory().resolve("cluster.kubeconfig").toString())
                .succeeded();
    }

    @Test
    @Order(2)
    void aManifestBringsOne() throws IOException {
        var image = BusyboxImage.make(directory);
        for (var machine : List.of("m1", "m2")) {
            BusyboxImage.give(image, machine);
        }
        cluster.through("m1", manifest(), "apply", "-f", "-").succeeded();

        LabFixture.await("both nodes are ready", LIMIT, () -> cluster.holds("NodesReady"));
        LabFixture.await(
                "the pod answers its node",
                LIMIT,
                () -> cluster.through("m1", "", "wait", "--for=condition=Ready", "pod/web", "--timeout=10s")
                                .exitCode()
                        == 0);
        var pod = cluster.jsonThrough("m1", "get", "pod", "web").path("status");
        var host = pod.path("hostIP").asString();
        assertTrue(
                pod.path("podIP").asString().startsWith("10.99." + host.substring(host.lastIndexOf('.') + 1) + "."),
                pod::toPrettyString);
    }

    @Test
    @Order(3)
    void whoConnectsThePodsCannotBeChangedLater() {
        var refused =
                lab.kubectl("patch", "cluster", "lab", "--type=merge", "-p", "{\"spec\":{\"podNetwork\":\"Bridge\"}}");

        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("spec.podNetwork"), refused::toString);
    }

    /** The next cluster of this machine must not find the plugins of this one. */
    @Test
    @Order(4)
    void aMachineThatLeavesKeepsNothingOfTheNetwork() {
        lab.cli("machine", "label", "m2", "role-").succeeded();

        LabFixture.await("m2 has left", LIMIT, () -> cluster.node("m2").isMissingNode());
        LabFixture.await(
                "m2 has taken everything back",
                LIMIT,
                () -> !lab.cli("node", "m2", "services").succeeded().out().contains("containerd"));
        var root = ContainerProcess.agent("m2").directory().resolve("root");
        assertFalse(root.resolve("var/lib/cni/bin/other-ptp").toFile().exists());
        assertFalse(root.resolve("run/garboard/kubernetes/cni/10-other.conflist")
                .toFile()
                .exists());
    }

    private static String manifest() throws IOException {
        try (var in = Objects.requireNonNull(PodNetworkIT.class.getResourceAsStream("pod-network.yaml"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
