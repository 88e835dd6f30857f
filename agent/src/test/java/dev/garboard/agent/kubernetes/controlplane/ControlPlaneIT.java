package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.controlplane.NodeNamespaces.Node;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.testing.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real etcd and a real control plane, run with the certificates, files and flags that the agent makes. */
@Timeout(600)
class ControlPlaneIT {

    @TempDir
    private Path directory;

    @BeforeEach
    void makeKeys() throws Exception {
        Namespaces.require();
        // Here, because compiling them takes longer than a test may.
        TestBundle.require("1.37.2");
        TestBundle.require("1.36.3");
        var keys = Files.createDirectory(directory.resolve("keys"));
        for (var key : ClusterKeys.create("test", Instant.now()).pem().entrySet()) {
            Files.writeString(keys.resolve(key.getKey()), key.getValue());
        }
    }

    @Test
    void membersJoinOneByOneAndALostOneIsReplaced() throws Exception {
        var bundle = TestBundle.require("1.37.2");
        try (var network = new NodeNamespaces(3)) {
            var first = start(network, bundle, "1.37.2", 1, true);
            assertEquals("votes", first.says());
            var second = start(network, bundle, "1.37.2", 2, false, 1);
            assertEquals("votes", second.says());
            var third = start(network, bundle, "1.37.2", 3, false, 1, 2);
            assertEquals("votes", third.says());
            assertEquals("cp1 votes, cp2 votes, cp3 votes", first.asked("members"));

            third.kill();
            var back = start(network, bundle, "1.37.2", 3, false, 1, 2);
            assertEquals("votes", back.says());
            assertEquals("cp1 votes, cp2 votes, cp3 votes", first.asked("members"));

            // The founder loses its data: others are known, so it joins them instead of founding again.
            first.kill();
            delete(directory.resolve("cp1"));
            var anew = start(network, bundle, "1.37.2", 1, true, 2, 3);
            assertEquals("votes", anew.says());
            assertEquals("cp1 votes, cp2 votes, cp3 votes", anew.asked("members"));

            assertEquals("snapshot true", anew.asked("snapshot"));
            assertEquals("defragmented true", anew.asked("defragment"));
            assertEquals("alarms 0", anew.asked("alarms"));
            assertEquals("left 2", removal(anew, "cp3"));
            var unknown = removal(anew, "cp9");
            assertTrue(unknown.startsWith("refused NOT_FOUND: there is no member \"cp9\"; members are cp"), unknown);
        }
    }

    /** Every minor version that flags and files are rendered for. */
    @ParameterizedTest
    @ValueSource(strings = {"1.37.2", "1.36.3"})
    void theControlPlaneTakesItsFlagsAndAddOns(String version) throws Exception {
        var bundle = TestBundle.require(version);
        try (var network = new NodeNamespaces(1)) {
            var node = start(network, bundle, version, 1, true);
            assertEquals("votes", node.says());
            assertEquals("ready", node.asked("control-plane"));
            assertEquals("addons", node.asked("addons"));
            assertEquals("all replaced, 0 requests failed", node.asked("rotate"));

            var kubeconfig = node.asked("kubeconfig");
            assertEquals("yes", kubectl(network, bundle, kubeconfig, "auth can-i list nodes -A"));
            assertEquals("no", kubectl(network, bundle, kubeconfig, "auth can-i delete nodes -A"));
            assertEquals("no", kubectl(network, bundle, kubeconfig, "auth can-i get secrets -n kube-system"));
            assertEquals(
                    // No kubelet runs CoreDNS here.
                    "addons healthy, dns 10.96.0.10 was asked for kubernetes.default.svc.cluster.local: found TIMEOUT,"
                            + " expected 10.96.0.1; look at CoreDNS: kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide,"
                            + " etcd healthy, kube-apiserver healthy, kube-controller-manager healthy, kube-scheduler healthy",
                    components(node));
            assertEquals(
                    "10.96.0.10",
                    readers(
                            network,
                            bundle,
                            kubeconfig,
                            "-n kube-system get service kube-dns -o jsonpath={.spec.clusterIP}"));
            assertEquals(
                    "daemonset.apps/kube-proxy deployment.apps/coredns",
                    readers(network, bundle, kubeconfig, "-n kube-system get daemonset,deployment -o name"));
        }
    }

    /** etcd removes nobody before it has seen all others for five seconds. */
    private static String removal(Node node, String member) throws InterruptedException {
        var answer = node.asked("remove " + member);
        while (answer.contains("UNAVAILABLE")) {
            Thread.sleep(500);
            answer = node.asked("remove " + member);
        }
        return answer;
    }

    /** The controllers come up after the API server. */
    private static String components(Node node) throws InterruptedException {
        var all = node.asked("components");
        while (all.contains("refused") || all.contains("reached") || all.contains("failed")) {
            Thread.sleep(200);
            all = node.asked("components");
        }
        return all;
    }

    private Node start(NodeNamespaces network, Path bundle, String version, int node, boolean founds, int... others)
            throws IOException {
        var arguments = new ArrayList<>(List.of(
                "cp" + node,
                NodeNamespaces.address(node),
                directory.toString(),
                bundle.toString(),
                version,
                Boolean.toString(founds)));
        for (int other : others) {
            arguments.add("cp" + other + "=" + NodeNamespaces.address(other));
        }
        Files.createDirectories(directory.resolve("cp" + node));
        return network.start(node, ControlPlaneNode.class, arguments);
    }

    /** The controller manager fills the role that a reader has. */
    private static String readers(NodeNamespaces network, Path bundle, String kubeconfig, String arguments)
            throws IOException, InterruptedException {
        var answer = kubectl(network, bundle, kubeconfig, arguments);
        while (answer.contains("Forbidden")) {
            Thread.sleep(200);
            answer = kubectl(network, bundle, kubeconfig, arguments);
        }
        return answer;
    }

    private static String kubectl(NodeNamespaces network, Path bundle, String kubeconfig, String arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(bundle.resolve("bin").resolve("kubectl").toString(), "--kubeconfig", kubeconfig));
        command.addAll(List.of(arguments.split(" ")));
        return network.output(1, command);
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
