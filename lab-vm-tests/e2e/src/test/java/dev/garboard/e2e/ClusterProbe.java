package dev.garboard.e2e;

import dev.garboard.e2e.Program.Output;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at the lab's cluster: as Garboard sees it, as etcd does, and as Kubernetes does through the balancer of any node. */
record ClusterProbe(LabFixture lab, Path kubectl, String name) {

    /** Several times what an idle host with two cores takes for any one change of a cluster. */
    static final Duration CHANGE = Duration.ofMinutes(6);

    private static final Duration COMMAND = Duration.ofMinutes(2);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** A member of etcd as it sees itself. */
    record Member(String id, String role) {}

    /** The status of the Cluster resource. */
    JsonNode status() {
        return MAPPER.readTree(lab.kubectl("get", "cluster", name, "-o", "json")
                        .succeeded()
                        .out())
                .path("status");
    }

    /** Whether a condition holds, and what it says. */
    JsonNode condition(String type) {
        return status().path("conditions").values().stream()
                .filter(condition -> condition.path("type").asString().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no condition " + type + " in " + status()));
    }

    boolean holds(String type) {
        return condition(type).path("status").asString().equals("True");
    }

    /** The cluster's word on a machine; a missing node when it has no part in it. */
    JsonNode node(String machine) {
        return status().path("nodes").values().stream()
                .filter(node -> node.path("machine").asString().equals(machine))
                .findFirst()
                .orElse(MAPPER.missingNode());
    }

    /** What each machine's member of etcd says of itself, by machine; those that say nothing are missing. */
    Map<String, Member> members() {
        var members = new TreeMap<String, Member>();
        lab.cli("cluster", "etcd", "status", name)
                .out()
                .lines()
                .map(line -> line.strip().split("\\s{2,}"))
                .filter(row -> row.length >= 3 && row[1].matches("[0-9a-f]{16}"))
                .forEach(row -> members.put(row[0], new Member(row[1], row[2])));
        return members;
    }

    /** The names of the voters that etcd counts, whether they run or not. */
    List<String> voters() {
        return lab.cli("cluster", "etcd", "members", name)
                .succeeded()
                .out()
                .lines()
                .map(line -> line.strip().split("\\s{2,}"))
                .filter(row -> row.length >= 3 && row[2].equals("voter"))
                .map(row -> row[1])
                .sorted()
                .toList();
    }

    String leader() {
        return members().entrySet().stream()
                .filter(member -> member.getValue().role().equals("leader"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** One leader, and everybody else follows it. */
    boolean isWhole(String... machines) {
        var members = members();
        return List.copyOf(members.keySet())
                        .equals(Arrays.stream(machines).sorted().toList())
                && members.values().stream()
                                .filter(member -> member.role().equals("leader"))
                                .count()
                        == 1
                && members.values().stream()
                                .filter(member -> member.role().equals("follower"))
                                .count()
                        == machines.length - 1;
    }

    void awaitWhole(String... controlPlanes) {
        LabFixture.await("etcd has the voters " + List.of(controlPlanes), CHANGE, () -> isWhole(controlPlanes));
    }

    void awaitReady() {
        LabFixture.await(
                "the cluster is ready",
                CHANGE,
                () -> status().path("phase").asString().equals("Ready"));
    }

    /** kubectl inside a node's network, through the node's own balancer. */
    Output through(String node, String input, String... arguments) {
        var command = new ArrayList<>(List.of(
                kubectl.toString(),
                "--kubeconfig",
                lab.directory().resolve("cluster.kubeconfig").toString(),
                "--server=https://127.0.0.1:6444",
                "--tls-server-name=127.0.0.1",
                "--request-timeout=20s"));
        command.addAll(List.of(arguments));
        return Program.run(
                ContainerProcess.agent(node).inNetwork(command), LabFixture.root(), Map.of(), input, COMMAND);
    }

    JsonNode jsonThrough(String node, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        return MAPPER.readTree(
                through(node, "", all.toArray(String[]::new)).succeeded().out());
    }

    /** A node's condition Ready, as Kubernetes says. */
    JsonNode ready(String through, String node) {
        return jsonThrough(through, "get", "node", node).path("status").path("conditions").values().stream()
                .filter(condition -> condition.path("type").asString().equals("Ready"))
                .findFirst()
                .orElseThrow();
    }
}
