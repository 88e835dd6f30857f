package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.operatorapi.RunningApi.Answer;
import dev.garboard.trust.Role;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** An operator tries, by every verb, what takes an admin. */
class OperatorApiGuardIT {

    private static final String API = "/apis/garboard.dev/v1alpha1/";
    private static final String MERGE = "application/merge-patch+json";

    @TempDir
    private Path directory;

    private RunningApi api;
    private HttpClient operator;
    private HttpClient admin;

    @BeforeEach
    void start() {
        api = RunningApi.start(directory);
        operator = api.client(Role.OPERATOR);
        admin = api.client(Role.ADMIN);
        api.store()
                .create(new Resource<>(
                        Kinds.CLUSTER,
                        ObjectMeta.named("c1"),
                        ClusterSpec.of("1.37.1", Map.of("role", "control-plane"), Map.of()),
                        ClusterStatus.declared()));
        machine("worker", Map.of());
        machine("plane", Map.of("role", "control-plane"));
    }

    @AfterEach
    void stop() {
        operator.close();
        admin.close();
        api.close();
    }

    private void machine(String name, Map<String, String> labels) {
        api.store()
                .create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named(name).withLabels(labels),
                        MachineSpec.undecided(),
                        MachineStatus.unseen()));
    }

    @Test
    void aPatchIsRefusedWithTheFieldAndTheRole() throws Exception {
        var patch = "{\"metadata\":{\"labels\":{\"role\":\"control-plane\"}}}";

        var refused = send(operator, "PATCH", "machines/worker", MERGE, patch);

        assertRefused("metadata.labels.role", refused);
        var status = new JsonMapper().readTree(refused.body());
        assertEquals(
                "machines.garboard.dev \"worker\" is forbidden: metadata.labels.role needs the role admin, alice has"
                        + " operator: a control plane holds the cluster's keys and etcd's data",
                status.at("/message").asString());
        assertEquals(200, send(admin, "PATCH", "machines/worker", MERGE, patch).status());
    }

    @Test
    void noVerbIsAWayRound() throws Exception {
        var labelled = """
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"new","labels":{"role":"control-plane"}}}\
            """;
        var version = api.store()
                .get(Kinds.MACHINE, "worker")
                .orElseThrow()
                .metadata()
                .resourceVersion();
        var replaced = labelled.replace("\"new\"", "\"worker\",\"resourceVersion\":\"" + version + "\"");

        assertRefused("metadata.labels.role", send(operator, "POST", "machines", "application/json", labelled));
        assertRefused("metadata.labels.role", send(operator, "PUT", "machines/worker", "application/json", replaced));
        assertRefused(
                "metadata.labels.role", send(operator, "POST", "machines?dryRun=All", "application/json", labelled));
        assertRefused("metadata.labels.role", send(operator, "DELETE", "machines/plane", "application/json", ""));
        assertRefused(
                "spec.acceptance",
                send(operator, "PATCH", "machines/plane", MERGE, "{\"spec\":{\"acceptance\":\"Accepted\"}}"));
        assertRefused(
                "metadata.labels.role",
                send(
                        operator,
                        "PATCH",
                        "machines/worker",
                        MERGE,
                        "{\"metadata\":{\"resourceVersion\":null,\"labels\":{\"role\":\"control-plane\"}}}"));
        assertEquals(Map.of(), stored("worker").metadata().labels());
        assertEquals(Map.of("role", "control-plane"), stored("plane").metadata().labels());
    }

    @Test
    void disksWeakIdentityAndClustersAreAdmins() throws Exception {
        var disk = "{\"spec\":{\"stateDisk\":{\"disk\":\"S4EWNX0R123456\",\"overwrite\":true}}}";
        var weak = "{\"spec\":{\"allowWeakIdentity\":true}}";
        var version = "{\"spec\":{\"version\":\"1.37.2\"}}";
        var selector = "{\"spec\":{\"controlPlane\":{\"selector\":{\"role\":null,\"rack\":\"a\"}}}}";

        assertRefused("spec.stateDisk.overwrite", send(operator, "PATCH", "machines/worker", MERGE, disk));
        assertRefused("spec.allowWeakIdentity", send(operator, "PATCH", "machines/worker", MERGE, weak));
        assertRefused("spec.version", send(operator, "PATCH", "clusters/c1", MERGE, version));
        assertRefused("spec.controlPlane.selector", send(operator, "PATCH", "clusters/c1", MERGE, selector));
        assertRefused(
                "metadata.annotations.garboard.dev/delete-without-snapshot",
                send(
                        operator,
                        "PATCH",
                        "clusters/c1",
                        MERGE,
                        "{\"metadata\":{\"annotations\":{\"garboard.dev/delete-without-snapshot\":\"true\"}}}"));
        assertEquals(403, send(operator, "DELETE", "clusters/c1", MERGE, "").status());
        assertEquals(
                403,
                send(operator, "POST", "clusters", "application/json", "{\"metadata\":{\"name\":\"c2\"}}")
                        .status());
        assertEquals(200, send(admin, "PATCH", "machines/worker", MERGE, disk).status());
        assertEquals(200, send(admin, "PATCH", "clusters/c1", MERGE, version).status());
    }

    @Test
    void theRestIsAnOperatorsWork() throws Exception {
        var change = "{\"metadata\":{\"labels\":{\"role\":\"worker\"}},\"spec\":{\"acceptance\":\"Accepted\"}}";
        var endpoint = "{\"spec\":{\"endpoint\":\"api.example.org:6443\"}}";

        assertEquals(
                200, send(operator, "PATCH", "machines/worker", MERGE, change).status());
        assertEquals(
                200, send(operator, "PATCH", "clusters/c1", MERGE, endpoint).status());
        assertEquals(200, send(operator, "DELETE", "machines/worker", MERGE, "").status());
    }

    @Test
    void whileAClusterCannotBeReadMachinesAreAnAdmins() throws Exception {
        machine("broken", Map.of());
        corrupt("c1");
        corrupt("broken");
        var label = "{\"metadata\":{\"labels\":{\"site\":\"x\"}}}";

        assertRefused("metadata.name", send(operator, "PATCH", "machines/worker", MERGE, label));
        assertRefused("metadata.name", send(operator, "DELETE", "machines/worker", MERGE, ""));
        assertTrue(send(operator, "DELETE", "machines/broken", MERGE, "").status() >= 400);
        assertEquals(
                Set.of("broken"), api.store().list(Kinds.MACHINE).unreadable().keySet());

        assertEquals(200, send(admin, "PATCH", "machines/worker", MERGE, label).status());
        assertEquals(200, send(admin, "DELETE", "machines/broken", MERGE, "").status());
    }

    private void corrupt(String name) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("garboard.db"));
                var sql = connection.createStatement()) {
            sql.execute("PRAGMA busy_timeout = 10000");
            sql.execute("UPDATE resource SET body = '{' WHERE name = '" + name + "'");
        }
    }

    private Resource<MachineSpec, MachineStatus> stored(String name) {
        return api.store().get(Kinds.MACHINE, name).orElseThrow();
    }

    private Answer send(HttpClient client, String method, String path, String type, String body) throws Exception {
        return RunningApi.send(
                client, RunningApi.write(HttpRequest.newBuilder(api.uri(API + path)), method, type, body));
    }

    private static void assertRefused(String field, Answer answer) {
        assertEquals(403, answer.status(), answer.body());
        var status = new JsonMapper().readTree(answer.body());
        assertEquals("Forbidden", status.at("/reason").asString());
        assertEquals(field, status.at("/details/causes/0/field").asString());
        assertTrue(status.at("/message").asString().contains("needs the role admin"), answer.body());
    }
}
