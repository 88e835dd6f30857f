package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
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

    private static ClusterClient cluster = new ClusterClient(Path.of("kubectl"), Path.of("kubeconfig"));

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        cluster = ClusterClient.of(lab, "1.37.2");
    }

    @Test
    @Order(1)
    void joinsAndBecomesReady() {
        var events = lab.cluster("--control-planes", "1", "--workers", "1", "--worker-nodes", "vm", "--timeout", "900");

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

    private static String get(String path) {
        return cluster.run("get", "--raw", path).succeeded().out().strip();
    }
}
