package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.e2e.Program.Output;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Three control planes and a worker on container nodes, of which machines die, lose their disks and come back. The tests follow each other; each
 * begins and ends with a cluster that is ready.
 */
@TestMethodOrder(OrderAnnotation.class)
class ControlPlanesIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final String FOUNDER = "m1";
    private static final String WORKER = "m4";
    private static final String[] CONTROL_PLANES = {FOUNDER, "m2", "m3"};
    private static final String ROLE = "lab.garboard.dev/role";

    private static final String BUDGETED = """
            {"apiVersion": "v1", "kind": "List", "items": [
              {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "precious"}, "spec": {
                "replicas": 1,
                "selector": {"matchLabels": {"app": "precious"}},
                "template": {"metadata": {"labels": {"app": "precious"}}, "spec": {
                  "terminationGracePeriodSeconds": 1,
                  "containers": [{
                    "name": "pause", "image": "garboard.dev/base:current", "imagePullPolicy": "Never", "command": ["/pause"]
                  }]
                }}
              }},
              {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "precious"}, "spec": {
                "minAvailable": 1, "selector": {"matchLabels": {"app": "precious"}}
              }}
            ]}
            """;

    private static ClusterProbe cluster;

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        cluster = new ClusterProbe(lab, KubernetesBuild.input("1.37.2").resolve("bin/kubectl"), "lab");
    }

    @Test
    @Order(1)
    void threeControlPlanesAndAWorkerBecomeReady() {
        var events = lab.cluster("--control-planes", "3", "--workers", "1");

        assertEquals("cluster-ready", events.getLast().path("event").asString());
        assertEquals(List.of(CONTROL_PLANES), cluster.voters());
        assertTrue(cluster.isWhole(CONTROL_PLANES), cluster.members()::toString);
        for (var node : List.of("m1", "m2", "m3", "m4")) {
            assertEquals(
                    "ok",
                    cluster.through(node, "", "get", "--raw", "/readyz")
                            .succeeded()
                            .out());
        }
    }

    @Test
    @Order(2)
    void theApiAnswersThroughEveryNodeThoughTheLeaderDiesAndTheServerIsAway() throws Exception {
        var victim = cluster.leader();
        var former = Objects.requireNonNull(cluster.members().get(victim)).id();
        var others = others(victim);
        var before = cluster.ready(WORKER, WORKER);
        lab.lab("server", "stop").succeeded();

        try (var polls = ApiPolls.start(lab, others)) {
            polls.awaitMore(20);
            ContainerProcess.agent(victim).kill();
            polls.awaitMore(100);

            for (var node : others) {
                kubectl(node, "create", "configmap", "written-through-" + node).succeeded();
                assertTrue(kubectl(node, "get", "configmaps", "-o", "name")
                        .succeeded()
                        .out()
                        .contains(node));
            }
            LabFixture.await(
                    "Kubernetes misses " + victim,
                    ClusterProbe.CHANGE,
                    () -> !cluster.ready(WORKER, victim)
                            .path("status")
                            .asString()
                            .equals("True"));
            // Told for people; how long it took is no matter of right or wrong.
            System.out.println(victim + " was killed\n" + polls);
        }
        // It was ready all the time.
        var after = cluster.ready(WORKER, WORKER);
        assertEquals("True", after.path("status").asString());
        assertEquals(before.path("lastTransitionTime"), after.path("lastTransitionTime"));

        lab.lab("server", "start").succeeded();
        lab.power("reset", victim);
        cluster.awaitWhole(CONTROL_PLANES);
        cluster.awaitReady();
        // Its disk was kept: it goes on as the member that it was.
        assertEquals(former, cluster.members().get(victim).id());
    }

    @Test
    @Order(3)
    void theFounderThatLostItsDiskJoinsTheOthers() throws Exception {
        var former = cluster.members();

        lab.power("off", FOUNDER);
        lab.emptyDisk(FOUNDER);
        lab.power("on", FOUNDER);

        LabFixture.await("a new member on " + FOUNDER, ClusterProbe.CHANGE, () -> {
            var members = cluster.members();
            return members.containsKey(FOUNDER)
                    && !members.get(FOUNDER)
                            .id()
                            .equals(Objects.requireNonNull(former.get(FOUNDER)).id());
        });
        cluster.awaitWhole(CONTROL_PLANES);
        cluster.awaitReady();
        assertEquals(List.of(CONTROL_PLANES), cluster.voters());
        assertEquals(
                Objects.requireNonNull(former.get("m2")).id(),
                Objects.requireNonNull(cluster.members().get("m2")).id());
        assertEquals(FOUNDER, cluster.status().path("bootstrapMachine").asString());
        for (var node : List.of("m1", "m2", "m3", "m4")) {
            assertEquals("True", cluster.ready(node, node).path("status").asString());
        }
    }

    @Test
    @Order(4)
    void withoutMajorityItSaysSoAndIsHealedByOneThatComesBack() {
        lab.power("off", "m2");
        lab.power("off", "m3");
        LabFixture.await("the loss is noticed", ClusterProbe.CHANGE, () -> !cluster.holds("EtcdQuorum"));

        var said = cluster.condition("EtcdQuorum").path("message").asString();
        assertTrue(
                said.startsWith("1 of 3 members are there, 2 are needed: etcd takes no write. Bring back m2 ("), said);
        assertTrue(
                said.endsWith(
                        "; if too much of their data is gone, restore a snapshot: garboard cluster etcd restore lab FILE"),
                said);
        var screen = lab.cli("cluster", "status", "lab").succeeded().out();
        assertTrue(screen.contains("! EtcdQuorum") && screen.contains("no leader"), screen);
        assertTrue(lab.cli("node", FOUNDER, "services").succeeded().out().contains("etcd"));

        lab.power("on", "m2");
        LabFixture.await("a majority is back", ClusterProbe.CHANGE, () -> cluster.holds("EtcdQuorum"));
        kubectl(FOUNDER, "create", "configmap", "written-by-a-majority").succeeded();
        lab.power("on", "m3");
        cluster.awaitWhole(CONTROL_PLANES);
        cluster.awaitReady();
    }

    @Test
    @Order(5)
    void aControlPlaneThatLosesItsLabelLeavesAndMayComeAgain() {
        var former = cluster.members().get("m3");

        label("m3", ROLE + "-");

        LabFixture.await(
                "m3 has left", ClusterProbe.CHANGE, () -> cluster.node("m3").isMissingNode());
        LabFixture.await(
                "etcd counts two", ClusterProbe.CHANGE, () -> cluster.voters().equals(List.of("m1", "m2")));
        assertEquals(1, kubectl(WORKER, "get", "node", "m3").exitCode());
        LabFixture.await(
                "m3 runs nothing of a cluster",
                ClusterProbe.CHANGE,
                () -> Stream.of("etcd", "kubelet", "containerd")
                        .noneMatch(lab.cli("node", "m3", "services").succeeded().out()::contains));

        label("m3", ROLE + "=control-plane");
        cluster.awaitWhole(CONTROL_PLANES);
        cluster.awaitReady();
        assertNotEquals(former, cluster.members().get("m3"));
    }

    @Test
    @Order(6)
    void aDeadControlPlaneIsTakenOutAndItsOldDataIsOfNoUse() {
        lab.power("off", "m2");
        label("m2", ROLE + "-");

        LabFixture.await(
                "m2 is taken out", ClusterProbe.CHANGE, () -> cluster.node("m2").isMissingNode());
        assertEquals(List.of("m1", "m3"), cluster.voters());
        assertEquals(1, kubectl(WORKER, "get", "node", "m2").exitCode());

        // Its disk still has the data of a member that etcd has forgotten.
        label("m2", ROLE + "=control-plane");
        lab.power("on", "m2");
        cluster.awaitWhole(CONTROL_PLANES);
        cluster.awaitReady();
    }

    @Test
    @Order(7)
    void aWorkerLeavesWhenTheBudgetOfItsPodsAllowsIt() {
        cluster.through(FOUNDER, BUDGETED, "apply", "-f", "-").succeeded();
        kubectl(FOUNDER, "rollout", "status", "deployment/precious", "--timeout=100s")
                .succeeded();

        label(WORKER, ROLE + "-");

        LabFixture.await(
                "the budget is named",
                ClusterProbe.CHANGE,
                () -> cluster.node(WORKER)
                        .path("message")
                        .asString("")
                        .contains("would violate the pod's disruption budget"));
        assertEquals("Leaving", cluster.node(WORKER).path("stage").asString());
        assertEquals(
                "1",
                kubectl(FOUNDER, "get", "deployment", "precious", "-o", "jsonpath={.status.readyReplicas}")
                        .succeeded()
                        .out());

        kubectl(FOUNDER, "delete", "poddisruptionbudget", "precious").succeeded();
        LabFixture.await(
                "the worker has left",
                ClusterProbe.CHANGE,
                () -> cluster.node(WORKER).isMissingNode());
        assertEquals(1, kubectl(FOUNDER, "get", "node", WORKER).exitCode());
    }

    private static List<String> others(String machine) {
        return Stream.of("m1", "m2", "m3", WORKER)
                .filter(each -> !each.equals(machine))
                .toList();
    }

    private static void label(String machine, String label) {
        lab.cli("machine", "label", machine, label).succeeded();
    }

    private static Output kubectl(String through, String... arguments) {
        return cluster.through(through, "", arguments);
    }
}
