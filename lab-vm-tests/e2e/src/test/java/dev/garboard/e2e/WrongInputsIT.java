package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a real cluster of two container nodes says when it is given something wrong: cause and remedy, while both APIs go on answering. */
@TestMethodOrder(OrderAnnotation.class)
class WrongInputsIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final String WORKER = "m2";
    private static final String ROLE = "lab.garboard.dev/role";

    @TempDir
    private static Path directory;

    private static Kubectl kubectl = new Kubectl(Path.of("kubectl"), Path.of("kubeconfig"));
    private static String token = "";

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        Requirements.program("openssl", "openssl");
        kubectl = new Kubectl(
                KubernetesBuild.input("1.37.2").resolve("bin/kubectl"),
                lab.directory().resolve("cluster.kubeconfig"));
    }

    @Test
    @Order(1)
    void aCertificateForAnAddressThatIsNotTheMachinesIsDenied() {
        lab.cluster("--control-planes", "1", "--workers", "1");
        var key = directory.resolve("key").toString();
        var request = Program.run(
                        List.of(
                                "openssl",
                                "req",
                                "-new",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-keyout",
                                key,
                                "-subj",
                                "/O=system:nodes/CN=system:node:" + WORKER,
                                "-addext",
                                "subjectAltName=DNS:" + WORKER + ",IP:192.0.2.1"),
                        directory,
                        Map.of(),
                        Duration.ofMinutes(1))
                .succeeded()
                .out();
        var object =
                "{\"apiVersion\":\"certificates.k8s.io/v1\",\"kind\":\"CertificateSigningRequest\",\"metadata\":{\"name\":\"forged\"},"
                        + "\"spec\":{\"signerName\":\"kubernetes.io/kubelet-serving\",\"usages\":[\"digital signature\",\"server auth\"],"
                        + "\"request\":\""
                        + Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.US_ASCII))
                        + "\"}}";

        kubectl.feed(object, "--as=system:node:" + WORKER, "--as-group=system:nodes", "create", "-f", "-")
                .succeeded();

        LabFixture.await(
                "the request is denied",
                () -> condition(kubectl.json("get", "csr", "forged"), "Denied")
                        .path("message")
                        .asString("")
                        .startsWith("the names are [m2][192.0.2.1][], and the machine m2 has the address 192.168."));
        LabFixture.await(
                "the cluster says so",
                () -> said("CertificatesIssued")
                        .filter(message -> message.contains("request forged was refused: the names are")
                                && message.contains("Look at that machine"))
                        .isPresent());
        bothApisAnswer();
    }

    /** The image on the server's disk is changed after its import; what the machine kept of it is gone. */
    @Test
    @Order(2)
    void aBundleThatWasChangedOnTheServerIsRefusedByTheNode() throws IOException {
        label("spare");
        LabFixture.await("the worker has left", () -> nodes().size() == 1);
        kubectl.says("delete", "clusterrolebinding", "garboard:join");
        try (var kept = Files.list(lab.directory().resolve("machines/m2/disk/garboard/bundles"))) {
            for (var file : kept.toList()) {
                Files.delete(file);
            }
        }
        flipAByte();

        label("worker");

        LabFixture.await(
                "the document failed",
                () -> document("KubernetesBundle").path("failedRevision").asLong() > 0);
        var document = document("KubernetesBundle");
        assertEquals(0, document.path("appliedRevision").asLong());
        assertEquals(document.path("desiredRevision"), document.path("failedRevision"));
        var shown = lab.cli("machine", "show", WORKER).succeeded().out();
        assertTrue(
                shown.lines()
                        .anyMatch(line ->
                                line.matches("KubernetesBundle: +revision 0 of (\\d+), \\1 failed: .*SHA-256.*")),
                shown);
        LabFixture.await(
                "the cluster says so",
                () -> said("NodesReady")
                        .filter(message ->
                                message.startsWith("m2: KubernetesBundle failed: ") && message.contains("SHA-256"))
                        .isPresent());
        bothApisAnswer();
    }

    /** The kubelet may not ask for its certificate while its token lives, and the token ends. */
    @Test
    @Order(3)
    void anExpiredTokenIsRefusedAndReplaced() throws IOException {
        flipAByte();
        LabFixture.await(
                "the bundle is applied",
                () -> document("KubernetesBundle").path("appliedRevision").asLong() > 0);
        LabFixture.await(
                "the kubelet may not ask",
                () -> said("NodesReady")
                        .filter(message ->
                                message.contains("m2: Kubelet: the API server does not take the request for the"
                                                + " kubelet's certificate: ")
                                        && message.contains("is forbidden"))
                        .isPresent());
        token = validToken();
        var address = lab.json("machine", "show", WORKER).at("/status/address").asString();
        lab.lab("server", "stop").succeeded();

        kubectl.says(
                "-n",
                "kube-system",
                "patch",
                "secret",
                "bootstrap-token-" + token.substring(0, 6),
                "--type=merge",
                "-p",
                "{\"stringData\":{\"expiration\":\"2020-01-01T00:00:00Z\"}}");

        var launcher = LabFixture.root().resolve("garboard").toString();
        LabFixture.await(
                "the node says so",
                () -> lab.inside(launcher, "node", "--address", address, WORKER, "logs", "documents")
                        .out()
                        .contains(
                                "the API server refuses the bootstrap token " + token.substring(0, 6)
                                        + ": it was used already, has expired or was deleted; the boot server sends another one by itself"));
        assertEquals(1, nodes().size());
        kubectl.says(
                "create",
                "clusterrolebinding",
                "garboard:join",
                "--clusterrole=system:node-bootstrapper",
                "--group=system:bootstrappers");
        lab.lab("server", "start").succeeded();
        LabFixture.await(
                "the worker joins with the next token",
                () -> nodes().size() == 2 && said("NodesReady").isEmpty());
    }

    @Test
    @Order(4)
    void aTokenThatWasUsedOpensNothing() {
        var server = kubectl.says("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.server}");
        LabFixture.await(
                "the tokens are gone",
                () -> kubectl.says("-n", "kube-system", "get", "secrets", "-o", "name")
                        .lines()
                        .noneMatch(name -> name.contains("bootstrap-token-")));

        var answer = new Kubectl(kubectl.program(), Path.of("/dev/null"))
                .refusal("--server=" + server, "--insecure-skip-tls-verify", "--token=" + token, "get", "csr");

        assertTrue(answer.contains("Unauthorized"), answer);
        bothApisAnswer();
    }

    @Test
    @Order(5)
    void whatCannotBeAClusterIsRefusedByItsField() {
        assertRefused(
                "spec.version: found 1.35.0, expected a version of Kubernetes 1.36 or 1.37", "--version", "1.35.0");
        assertRefused("spec.workers.selector", "--workers", ROLE + "=control-plane");
        assertRefused(
                "spec.serviceCidr: found 10.244.128.0/20, expected a network apart from spec.podCidr",
                "--service-cidr",
                "10.244.128.0/20");
        assertRefused("expected a network apart from that of the nodes, 192.168.", "--pod-cidr", "192.168.0.0/16");
        bothApisAnswer();
    }

    private static void assertRefused(String why, String option, String value) {
        var arguments =
                new ArrayList<>(List.of("cluster", "create", "wrong", "--control-planes", ROLE + "=control-plane"));
        if (!option.equals("--version")) {
            arguments.addAll(List.of("--version", "1.37.2"));
        }
        arguments.addAll(List.of(option, value));
        var refusal = lab.cli(arguments.toArray(String[]::new));
        assertTrue(refusal.exitCode() != 0 && refusal.err().contains(why), refusal::toString);
    }

    @Test
    @Order(6)
    void aMachineStaysInItsFirstCluster() {
        lab.cli(
                        "cluster",
                        "create",
                        "second",
                        "--version",
                        "1.37.2",
                        "--control-planes",
                        ROLE + "=control-plane",
                        "--workers",
                        ROLE + "=worker")
                .succeeded();

        LabFixture.await(
                "the second cluster says so",
                () -> condition(lab.json("cluster", "status", "second"), "MachinesFree")
                        .path("message")
                        .asString("")
                        .startsWith("the selectors select m1 of cluster lab, m2 of cluster lab too"));
        assertEquals(2, nodes().size());
        bothApisAnswer();
    }

    private static void label(String role) {
        lab.cli("machine", "label", WORKER, ROLE + "=" + role).succeeded();
    }

    /** In the middle of the bundle's image on the server's disk. A second time it is as it was. */
    private static void flipAByte() throws IOException {
        try (var files = Files.walk(lab.site().resolve("bundles"))) {
            var image = files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}"))
                    .findFirst()
                    .orElseThrow();
            try (var bytes = new RandomAccessFile(image.toFile(), "rw")) {
                long middle = bytes.length() / 2;
                bytes.seek(middle);
                int value = bytes.read();
                bytes.seek(middle);
                bytes.write(value ^ 1);
            }
        }
    }

    /** The only one that there is. */
    private static String validToken() {
        var data = kubectl.json("-n", "kube-system", "get", "secrets")
                .path("items")
                .valueStream()
                .filter(secret -> secret.path("type").asString("").equals("bootstrap.kubernetes.io/token"))
                .findFirst()
                .orElseThrow()
                .path("data");
        return decoded(data.path("token-id")) + "." + decoded(data.path("token-secret"));
    }

    private static String decoded(JsonNode value) {
        return new String(Base64.getDecoder().decode(value.asString("")), StandardCharsets.US_ASCII);
    }

    private static List<JsonNode> nodes() {
        return kubectl.json("get", "nodes").path("items").valueStream().toList();
    }

    private static JsonNode document(String kind) {
        var machine = lab.json("machine", "show", WORKER);
        return machine.at("/status/documents")
                .valueStream()
                .filter(document -> document.path("kind").asString("").equals(kind))
                .findFirst()
                .orElse(machine.path("no document"));
    }

    /** What a condition of the cluster that does not hold says. */
    private static Optional<String> said(String condition) {
        var found = condition(lab.json("cluster", "status", "lab"), condition);
        return found.path("status").asString("").equals("False")
                ? Optional.of(found.path("message").asString(""))
                : Optional.empty();
    }

    private static JsonNode condition(JsonNode object, String type) {
        return object.at("/status/conditions")
                .valueStream()
                .filter(condition -> condition.path("type").asString("").equals(type))
                .findFirst()
                .orElse(object.path("no condition"));
    }

    private static void bothApisAnswer() {
        assertEquals("ok", kubectl.says("get", "--raw", "/readyz"));
        lab.cli("node", "m1", "version").succeeded();
        lab.cli("machine", "list").succeeded();
    }
}
