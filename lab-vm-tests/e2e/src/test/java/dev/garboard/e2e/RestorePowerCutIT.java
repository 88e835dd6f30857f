package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A control plane that booted over the network and keeps etcd's data on a disk loses its power in each phase of a restore. What it noted lies on that
 * disk, which is mounted only after the agent has started. An emulated control plane takes minutes to answer, hence {@code long}. The tests follow each
 * other.
 */
@Tag("long")
@TestMethodOrder(OrderAnnotation.class)
class RestorePowerCutIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration BACK = Duration.ofMinutes(15);

    private static ClusterClient cluster = new ClusterClient(Path.of("kubectl"), Path.of("kubeconfig"));

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        cluster = ClusterClient.of(lab, "1.37.2");
    }

    private static Path snapshot() {
        return lab.directory().resolve("power-cut.db");
    }

    @Test
    @Order(1)
    void theStateIsSavedAndChanged() throws IOException {
        var command = lab.clusterCommand(
                "--nodes",
                "vm",
                "--control-planes",
                "1",
                "--workers",
                "0",
                "--disk",
                "8",
                "--cpus",
                "2",
                "--memory",
                "3072",
                "--timeout",
                "1800");
        lab.run(command, Duration.ofMinutes(45)).succeeded();
        cluster.run("create", "configmap", "old", "--from-literal=state=saved").succeeded();
        Files.deleteIfExists(snapshot());
        lab.cli("cluster", "etcd", "snapshot", "lab", snapshot().toString()).succeeded();
        cluster.run("delete", "configmap", "old").succeeded();
        cluster.run("create", "configmap", "later", "--from-literal=state=lost").succeeded();
    }

    /** The snapshot lies there and nothing was stopped: etcd goes on with what it has. */
    @Test
    @Order(2)
    void afterThePreparationItGoesOnWithItsData() throws Exception {
        cutAt("prepared", Duration.ZERO);

        LabFixture.await("etcd votes again", BACK, () -> documents().contains("Etcd/default is applied"));
        assertTrue(!documents().contains("until etcd is restored"), RestorePowerCutIT::documents);
    }

    /** Whoever was stopped stays so: the others may have replaced their data already. */
    @Test
    @Order(3)
    void onceStoppedItStaysSo() throws Exception {
        cutAt("stopped", Duration.ZERO);

        LabFixture.await("it waits for the restore", BACK, () -> documents().contains("until etcd is restored"));
    }

    @Test
    @Order(4)
    void whileItReplacesItsDataItGoesForward() throws Exception {
        cutAt("stopped", Duration.ofMillis(700));

        LabFixture.await(
                "the saved state is back",
                BACK,
                () -> cluster.run("get", "configmap", "old", "-o", "jsonpath={.data.state}")
                        .out()
                        .equals("saved"));
        assertTrue(cluster.run("get", "configmap", "later").err().contains("NotFound"));
    }

    /** Runs the restore until it says so, and takes the machine's power then. */
    private static void cutAt(String event, Duration later) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(List.of(
                        LabFixture.root().resolve("garboard").toString(),
                        "cluster",
                        "etcd",
                        "restore",
                        "lab",
                        snapshot().toString(),
                        "--yes",
                        "--output",
                        "json"))
                .redirectError(Redirect.INHERIT);
        builder.environment().putAll(lab.environment());
        var restore = builder.start();
        try (var said = new BufferedReader(restore.inputReader(StandardCharsets.UTF_8))) {
            var line = said.readLine();
            while (line != null && !line.contains("\"" + event + "\"")) {
                System.out.println(line);
                line = said.readLine();
            }
            assertTrue(line != null, "the restore ended before it was " + event);
            TimeUnit.MILLISECONDS.sleep(later.toMillis());
            lab.power("reset", "m1");
        } finally {
            restore.destroyForcibly().waitFor();
        }
        assertEquals("on", lab.status("m1").path("state").asString());
    }

    private static String documents() {
        return lab.cli("node", "m1", "logs", "documents").out();
    }
}
