package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster is founded once, whatever breaks meanwhile and whatever is lost afterwards. The tests follow each other. */
@TestMethodOrder(OrderAnnotation.class)
class FoundingIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final String[] CONTROL_PLANES = {"m1", "m2", "m3"};
    private static final String ROLE = "lab.garboard.dev/role";

    private static final List<String> DATABASE = List.of("", "-wal", "-shm");
    private static final String BEFORE = "database-before";
    private static final String AFTER = "database-after";

    private static ClusterProbe cluster;
    private static ClusterProbe lone;

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        var kubectl = KubernetesBuild.input("1.37.2").resolve("bin/kubectl");
        cluster = new ClusterProbe(lab, kubectl, "lab");
        lone = new ClusterProbe(lab, kubectl, "lone");
    }

    @Test
    @Order(1)
    void oneClusterIsFoundedThoughServerAndFounderAreKilledInTheMiddle() throws Exception {
        try (var command = RunningUp.cluster(lab, "--control-planes", "3", "--workers", "0")) {
            command.awaitStep("cluster");
            LabFixture.await("the founder has its documents", () -> hasDocuments("m1"));
            lab.lab("server", "kill").succeeded();
            ContainerProcess.agent("m1").kill();
            lab.lab("server", "start").succeeded();
            assertFalse(cluster.status().path("bootstrapped").asBoolean(), "it was founded before anything was killed");
            assertEquals("m1", cluster.status().path("bootstrapMachine").asString());
            lab.power("reset", "m1");

            assertEquals(0, command.awaitEnd(), command::text);
        }

        cluster.awaitWhole(CONTROL_PLANES);
        assertEquals(List.of(CONTROL_PLANES), cluster.voters());
        assertEquals("m1", cluster.status().path("bootstrapMachine").asString());
        var agreed =
                cluster.jsonThrough("m1", "get", "namespace", "kube-system").at("/metadata/uid");
        for (var node : CONTROL_PLANES) {
            assertEquals(
                    agreed,
                    cluster.jsonThrough(node, "get", "namespace", "kube-system").at("/metadata/uid"));
        }
    }

    private static boolean hasDocuments(String machine) {
        return lab.kubectlJson("get", "machine", machine).path("status").path("documents").values().stream()
                .anyMatch(document -> document.path("kind").asString().equals("Etcd")
                        && document.path("desiredRevision").asLong(0) > 0);
    }

    @Test
    @Order(2)
    void aDeletedClusterIsSavedAndLeavesNothingOnItsMachines() throws Exception {
        lab.kubectl("delete", "cluster", "lab").succeeded();

        try (Stream<Path> snapshots = Files.list(lab.site().resolve("snapshots"))) {
            assertTrue(snapshots.anyMatch(file -> file.getFileName().toString().matches("lab-deleted-.*\\.db")));
        }

        for (var machine : CONTROL_PLANES) {
            LabFixture.await(machine + " runs nothing of the cluster", ClusterProbe.CHANGE, () -> runsNothing(machine));
        }
    }

    private static boolean runsNothing(String machine) {
        var services = lab.cli("node", machine, "services").succeeded().out();
        return Stream.of("etcd", "kubelet", "containerd", "api-balancer").noneMatch(services::contains);
    }

    @Test
    @Order(3)
    void theOnlyMemberThatLostItsDataDoesNotFoundAgain() throws Exception {
        for (var machine : List.of("m2", "m3")) {
            lab.cli("machine", "label", machine, ROLE + "-").succeeded();
        }
        lab.lab("server", "stop").succeeded();
        databaseTo(BEFORE);
        lab.lab("server", "start").succeeded();
        lab.cli("cluster", "create", "lone", "--version", "1.37.2", "--control-planes", ROLE + "=control-plane")
                .succeeded();
        lone.awaitReady();
        var disk = lab.disk("m1");
        var kept = disk.resolveSibling("kept");

        lab.power("off", "m1");
        Files.move(disk, kept);
        lab.power("on", "m1");

        LabFixture.await(
                "the loss is said",
                ClusterProbe.CHANGE,
                () -> lone.condition("EtcdQuorum")
                        .path("message")
                        .asString()
                        .contains("holds no data of etcd, although this cluster was founded"));
        assertFalse(lone.holds("EtcdQuorum"));
        assertTrue(lone.status().path("bootstrapped").asBoolean());
        assertTrue(lab.cli("cluster", "status", "lone")
                .succeeded()
                .out()
                .contains("restore a snapshot: garboard cluster etcd restore lone SNAPSHOT"));

        lab.power("off", "m1");
        lab.emptyDisk("m1");
        Files.move(kept, disk);
        lab.power("on", "m1");
        LabFixture.await("it goes on with its data", ClusterProbe.CHANGE, () -> lone.holds("EtcdQuorum"));
        lone.awaitReady();
    }

    /** An administrator puts back a copy of the database that knows nothing of the cluster. */
    @Test
    @Order(4)
    void aDatabaseFromBeforeTheClusterStopsAndDeletesNothing() throws Exception {
        lab.lab("server", "stop").succeeded();
        databaseTo(AFTER);
        databaseFrom(BEFORE);
        lab.lab("server", "start").succeeded();

        LabFixture.await(
                "m1 keeps what nobody declares",
                ClusterProbe.CHANGE,
                () -> lab.kubectlJson("get", "machine", "m1").at("/status/conditions").values().stream()
                        .anyMatch(condition -> condition
                                        .path("reason")
                                        .asString()
                                        .equals("KeptWithoutOrder")
                                && condition.path("message").asString().contains("ControlPlane, Etcd, Kubelet")));
        var services = lab.cli("node", "m1", "services").succeeded().out();
        for (var service : List.of("etcd", "kubelet", "containerd")) {
            assertTrue(services.contains(service), services);
        }
        assertTrue(lab.kubectlJson("get", "clusters").path("items").isEmpty());
        assertTrue(lab.cli("node", "m1", "containers").succeeded().out().contains("kube-apiserver"));
        assertTrue(Files.isDirectory(lab.disk("m1").resolve("etcd/data/member/wal")));

        lab.lab("server", "stop").succeeded();
        databaseFrom(AFTER);
        lab.lab("server", "start").succeeded();
        LabFixture.await(
                "m1 is declared again",
                ClusterProbe.CHANGE,
                () -> !lab.kubectlJson("get", "machine", "m1").toString().contains("KeptWithoutOrder"));
        lone.awaitReady();
    }

    private static void databaseTo(String copy) throws IOException {
        var directory = lab.directory().resolve(copy);
        Files.createDirectories(directory);
        for (var suffix : DATABASE) {
            copy(lab.site().resolve("garboard.db" + suffix), directory.resolve("garboard.db" + suffix));
        }
    }

    private static void databaseFrom(String copy) throws IOException {
        for (var suffix : DATABASE) {
            copy(
                    lab.directory().resolve(copy).resolve("garboard.db" + suffix),
                    lab.site().resolve("garboard.db" + suffix));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.deleteIfExists(to);
        if (Files.exists(from)) {
            Files.copy(from, to);
        }
    }
}
