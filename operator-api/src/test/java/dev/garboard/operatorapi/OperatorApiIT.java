package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OperatorApiIT {

    private static final String MACHINES = "/apis/garboard.dev/v1alpha1/machines";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    private RunningApi api;
    private HttpClient operator;

    @BeforeEach
    void start() {
        api = RunningApi.start(directory);
        operator = api.client(Role.OPERATOR);
    }

    @AfterEach
    void stop() {
        operator.close();
        api.close();
    }

    @Test
    void createsAndReadsBack() throws Exception {
        var created = write("POST", MACHINES, body("node-a", "", "hostname: one"));
        var read = get(MACHINES + "/node-a");

        assertEquals(201, created.status());
        assertEquals(JSON.readTree(created.body()), JSON.readTree(read.body()));
        assertEquals("one", JSON.readTree(read.body()).at("/spec/hostname").asString());
        assertEquals(
                "Discovered", JSON.readTree(read.body()).at("/status/phase").asString());
    }

    @Test
    void prefersAnImageAndChangesNothingElseOfIt() throws Exception {
        image("lab-1", true);
        image("lab-2", false);
        var images = MACHINES.replace("machines", "images");

        var preferred = patch(images + "/lab-2", "{\"spec\":{\"preferred\":true}}");
        var before = get(images + "/lab-1");
        var forged = patch(images + "/lab-2", "{\"spec\":{\"rootHash\":\"" + "1".repeat(64) + "\"}}");
        var deleted = write("DELETE", images + "/lab-2", "");

        assertEquals(200, preferred.status(), preferred.body());
        assertTrue(JSON.readTree(preferred.body()).at("/spec/preferred").asBoolean());
        assertFalse(JSON.readTree(before.body()).at("/spec/preferred").asBoolean());
        assertStatus(422, "Invalid", forged);
        assertStatus(405, "MethodNotAllowed", deleted);
    }

    private void image(String name, boolean preferred) {
        var digest = "0".repeat(64);
        var files = List.of(
                new ImageSpec.File("kernel", digest, 1),
                new ImageSpec.File("initramfs", digest, 1),
                new ImageSpec.File("root", digest, 1));
        var spec = new ImageSpec(
                "1", "lab", "amd64", "6.1", digest, "quiet", files, "CN=test", digest, Instant.EPOCH, preferred);
        api.store().create(new Resource<>(Kinds.IMAGE, ObjectMeta.named(name), spec, ImageStatus.on("here")));
    }

    @Test
    void refusesASecondResourceOfTheSameName() throws Exception {
        machine("node-a", Map.of());

        var refused = write("POST", MACHINES, body("node-a", "", "hostname: one"));

        assertStatus(409, "AlreadyExists", refused);
    }

    @Test
    void refusesAChangeMadeFromAnOlderVersion() throws Exception {
        var first = machine("node-a", Map.of()).metadata().resourceVersion();
        var change = body("node-a", "resourceVersion: \"" + first + "\"", "hostname: one");

        var accepted = write("PUT", MACHINES + "/node-a", change);
        var refused = write("PUT", MACHINES + "/node-a", change.replace("one", "two"));
        var blind = write("PUT", MACHINES + "/node-a", body("node-a", "", "hostname: three"));

        assertEquals(200, accepted.status(), accepted.body());
        assertStatus(409, "Conflict", refused);
        assertStatus(422, "Invalid", blind);
    }

    @Test
    void keepsTheStatusOutOfTheHandsOfCallers() throws Exception {
        machine("node-a", Map.of());

        var patched = patch(MACHINES + "/node-a", "{\"status\":{\"phase\":\"Ready\"}}");
        var subresource = write("PUT", MACHINES + "/node-a/status", body("node-a", "", ""));
        var read = get(MACHINES + "/node-a/status");

        assertEquals(
                "Discovered", JSON.readTree(patched.body()).at("/status/phase").asString());
        assertStatus(405, "MethodNotAllowed", subresource);
        assertEquals(200, read.status());
    }

    @Test
    void namesEveryFieldThatIsWrong() throws Exception {
        var unknown = write("POST", MACHINES, body("node-a", "", "hostnam: one"));
        var twice = write("POST", MACHINES, body("node-a", "", "identity: {macs: [nonsense], uuid: short}"));

        assertStatus(422, "Invalid", unknown);
        assertEquals(
                "spec.hostnam",
                JSON.readTree(unknown.body()).at("/details/causes/0/field").asString());
        assertEquals(2, JSON.readTree(twice.body()).at("/details/causes").size(), twice.body());
    }

    @Test
    void saysOfEachFieldWhetherItIsMissingUnknownOrWrong() throws Exception {
        var unknown = write("POST", MACHINES, body("node-a", "", "hostnam: one"));
        var wrong = write("POST", MACHINES, body("node-a", "labels: {'a: b': 'no value!'}", ""));
        var blind = write("PUT", MACHINES + "/node-a", body("node-a", "", ""));

        assertEquals("FieldValueForbidden", cause(unknown, 0, "reason"));
        // A field's name may hold what separates it from the message.
        assertEquals("metadata.labels[a: b]", cause(wrong, 1, "field"), wrong.body());
        assertEquals("FieldValueInvalid", cause(wrong, 1, "reason"));
        assertEquals("FieldValueRequired", cause(blind, 0, "reason"));
    }

    private static String cause(Answer answer, int number, String what) throws Exception {
        return JSON.readTree(answer.body())
                .at("/details/causes/" + number + "/" + what)
                .asString();
    }

    @Test
    void rehearsesWritesWithoutStoringThem() throws Exception {
        var before = machine("node-a", Map.of());

        var created = write("POST", MACHINES + "?dryRun=All", body("node-b", "", ""));
        var patched = patch(MACHINES + "/node-a?dryRun=All", "{\"spec\":{\"hostname\":\"x\"}}");
        var deleted = send(request(MACHINES + "/node-a?dryRun=All").DELETE());

        assertEquals(201, created.status());
        assertEquals("x", JSON.readTree(patched.body()).at("/spec/hostname").asString());
        assertEquals(200, deleted.status());
        assertEquals(List.of(before), api.store().list(Kinds.MACHINE).items());
    }

    @Test
    void deletesOnlyWhatThePreconditionsName() throws Exception {
        var uid = machine("node-a", Map.of()).metadata().uid();

        var refused = write("DELETE", MACHINES + "/node-a", "{\"preconditions\":{\"uid\":\"another\"}}");
        var deleted = write("DELETE", MACHINES + "/node-a", "{\"preconditions\":{\"uid\":\"" + uid + "\"}}");
        var again = send(request(MACHINES + "/node-a").DELETE());

        assertStatus(409, "Conflict", refused);
        assertEquals(uid, JSON.readTree(deleted.body()).at("/details/uid").asString());
        assertStatus(404, "NotFound", again);
    }

    @Test
    void listsInPagesThatBelongTogether() throws Exception {
        for (int i = 0; i < 5; i++) {
            machine("node-" + i, Map.of());
        }

        var first = JSON.readTree(get(MACHINES + "?limit=2").body());
        var token = first.at("/metadata/continue").asString();
        machine("node-9", Map.of());
        var second = JSON.readTree(get(MACHINES + "?limit=2&continue=" + token).body());

        assertEquals(3, first.at("/metadata/remainingItemCount").asInt());
        assertEquals("node-2", second.at("/items/0/metadata/name").asString());
        assertEquals(first.at("/metadata/resourceVersion"), second.at("/metadata/resourceVersion"));
    }

    @Test
    void selectsByLabelsAndName() throws Exception {
        machine("node-a", Map.of("rack", "1", "row", "x"));
        machine("node-b", Map.of("rack", "2"));
        machine("node-c", Map.of());

        assertEquals("node-a", names("labelSelector=rack%3D1"));
        assertEquals("node-a,node-b", names("labelSelector=rack"));
        assertEquals("node-c", names("labelSelector=!rack"));
        assertEquals("node-b,node-c", names("labelSelector=rack!%3D1"));
        assertEquals("node-b", names("labelSelector=rack+in+(1,2),!row"));
        assertEquals("node-c", names("labelSelector=rack+notin+(1,2)"));
        assertEquals("node-b", names("fieldSelector=metadata.name%3Dnode-b"));
        assertStatus(400, "BadRequest", get(MACHINES + "?fieldSelector=spec.image%3Dx"));
        assertStatus(400, "BadRequest", get(MACHINES + "?labelSelector=a+b"));
    }

    @Test
    void anAliasInAYamlBodyMeansWhatItsAnchorHolds() throws Exception {
        var created = write("POST", MACHINES, """
            apiVersion: garboard.dev/v1alpha1
            kind: Machine
            metadata: {name: &n node-a7}
            spec: {hostname: *n}
            """);

        assertEquals(201, created.status(), created.body());
        assertEquals(
                "node-a7", JSON.readTree(created.body()).at("/spec/hostname").stringValue());
    }

    @Test
    void aKeyGivenTwiceInABodyIsRefusedWithItsPlace() throws Exception {
        var refused = write("POST", MACHINES, "metadata: {name: a}\nmetadata: {name: b}\n");

        assertStatus(400, "BadRequest", refused);
        assertEquals(
                "the body cannot be read: line 2, column 1: the key metadata is given twice, first in line 1, column 1;"
                        + " expected it once",
                JSON.readTree(refused.body()).path("message").stringValue());
    }

    @Test
    void answersErrorsWithAStatus() throws Exception {
        assertStatus(404, "NotFound", get(MACHINES + "/nobody"));
        assertStatus(404, "NotFound", get("/apis/garboard.dev/v1alpha1/teapots"));
        assertStatus(405, "MethodNotAllowed", send(request(MACHINES).DELETE()));
        assertStatus(405, "MethodNotAllowed", write("POST", "/apis/garboard.dev/v1alpha1/leases", "{}"));
        assertStatus(406, "NotAcceptable", send(request(MACHINES).header("Accept", "text/html")));
        assertStatus(400, "BadRequest", write("POST", MACHINES, "[1]"));
        assertStatus(400, "BadRequest", write("POST", MACHINES, "{\"a\":1,\"a\":2}"));
        assertStatus(
                415,
                "UnsupportedMediaType",
                send(RunningApi.write(request(MACHINES + "/x"), "PATCH", "application/apply-patch+yaml", "a: 1")));
        assertStatus(413, "RequestEntityTooLarge", write("POST", MACHINES, "x".repeat(70_000)));
    }

    @Test
    void letsOnlyAdminsWriteEnrollmentRules() throws Exception {
        var rule = """
            apiVersion: garboard.dev/v1alpha1
            kind: EnrollmentRule
            metadata: {name: all}
            spec: {action: Accepted, allowWeakIdentity: true}
            """;
        var path = "/apis/garboard.dev/v1alpha1/enrollmentrules";

        var refused = write("POST", path, rule);

        assertStatus(403, "Forbidden", refused);
        try (var admin = api.client(Role.ADMIN)) {
            var accepted = RunningApi.send(
                    admin, RunningApi.write(HttpRequest.newBuilder(api.uri(path)), "POST", "application/yaml", rule));
            assertEquals(201, accepted.status(), accepted.body());
        }
    }

    @Test
    void declaresTheConfigurationOfNodesAndRefusesWhatNoNodeWouldTake() throws Exception {
        var configs = MACHINES.replace("machines", "nodeconfigs");
        var site = """
            apiVersion: garboard.dev/v1alpha1
            kind: NodeConfig
            metadata: {name: site}
            spec:
              selector:
                matchLabels: {rack: a}
              documents:
              - apiVersion: node.garboard.dev/v1alpha1
                kind: Resolver
                spec: {servers: [192.0.2.53]}
            """;

        var created = write("POST", configs, site);
        var wrong =
                write("POST", configs, site.replace("name: site", "name: two").replace("192.0.2.53", "192.0.2.530"));
        var mirror = write(
                "POST",
                configs,
                site.replace("name: site", "name: three")
                        .replace("kind: Resolver", "kind: RegistryMirror\n    metadata: {name: docker.io}")
                        .replace("servers: [192.0.2.53]", "registry: docker.io"));
        var table = send(request(configs).header("Accept", "application/json;as=Table;g=meta.k8s.io;v=v1"));

        assertEquals(201, created.status(), created.body());
        var spec = JSON.readTree(created.body()).at("/spec");
        assertEquals(100, spec.path("priority").asInt());
        assertEquals("default", spec.at("/documents/0/metadata/name").asString());
        assertStatus(422, "Invalid", wrong);
        assertEquals(
                "spec.documents[0].spec.servers[0]",
                JSON.readTree(wrong.body()).at("/details/causes/0/field").asString());
        assertStatus(403, "Forbidden", mirror);
        assertEquals(
                List.of("site", "100", "rack=a", "Resolver/default"),
                JSON.readTree(table.body())
                        .at("/rows/0/cells")
                        .valueStream()
                        .limit(4)
                        .map(JsonNode::asString)
                        .toList());
    }

    @Test
    void followsConcurrentPatchesOfDifferentFields() throws Exception {
        machine("node-a", Map.of());
        var patches = new ArrayList<Thread>();
        for (int i = 0; i < 6; i++) {
            var patch = "{\"metadata\":{\"labels\":{\"l" + i + "\":\"x\"}}}";
            patches.add(Thread.startVirtualThread(() -> patchUnchecked(patch)));
        }
        for (var thread : patches) {
            thread.join();
        }

        assertEquals(
                6,
                api.store()
                        .get(Kinds.MACHINE, "node-a")
                        .orElseThrow()
                        .metadata()
                        .labels()
                        .size());
    }

    private void patchUnchecked(String patch) {
        try {
            patch(MACHINES + "/node-a", patch);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Resource<MachineSpec, MachineStatus> machine(String name, Map<String, String> labels) {
        return api.store()
                .create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named(name).withLabels(labels),
                        MachineSpec.undecided(),
                        MachineStatus.unseen()));
    }

    private static String body(String name, String metadata, String spec) {
        return """
            apiVersion: garboard.dev/v1alpha1
            kind: Machine
            metadata:
              name: %s
              %s
            spec:
              %s
            """.formatted(name, metadata, spec);
    }

    private String names(String query) throws Exception {
        var list = JSON.readTree(get(MACHINES + "?" + query).body());
        return String.join(
                ",",
                list.get("items")
                        .valueStream()
                        .map(item -> item.at("/metadata/name").asString())
                        .toList());
    }

    private static void assertStatus(int code, String reason, Answer answer) {
        assertEquals(code, answer.status(), answer.body());
        JsonNode status = JSON.readTree(answer.body());
        assertEquals("Status", status.at("/kind").asString());
        assertEquals("Failure", status.at("/status").asString());
        assertEquals(reason, status.at("/reason").asString());
        assertEquals(code, status.at("/code").asInt());
        assertTrue(!status.at("/message").asString().isEmpty());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(api.uri(path));
    }

    private Answer get(String path) throws Exception {
        return send(request(path));
    }

    private Answer patch(String path, String json) throws Exception {
        return send(RunningApi.write(request(path), "PATCH", "application/merge-patch+json", json));
    }

    private Answer write(String method, String path, String yaml) throws Exception {
        return send(RunningApi.write(request(path), method, "application/yaml", yaml));
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        return RunningApi.send(operator, request);
    }
}
