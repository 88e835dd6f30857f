package dev.garboard.kubernetes.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.LeafCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The client against a TLS server that asks for a certificate and answers what an API server answers. */
class KubernetesClientIT {

    private static final Duration HOUR = Duration.ofHours(1);

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ClusterKeys keys = ClusterKeys.create("lab", Instant.now());
    private final HttpsServer server = server();

    private HttpsServer server() {
        try {
            var address = InetAddress.getLoopbackAddress();
            var made = HttpsServer.create(new InetSocketAddress(address, 0), 0);
            var identity =
                    keys.kubernetes().issue(LeafCertificates.loopbackServer("kube-apiserver"), HOUR, Instant.now());
            var tls = identity.sslContext(keys.kubernetes().certificate());
            made.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters parameters) {
                    var wanted = tls.getDefaultSSLParameters();
                    wanted.setWantClientAuth(true);
                    parameters.setSSLParameters(wanted);
                }
            });
            return made;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @BeforeEach
    void start() {
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var path = exchange.getRequestURI().toString();
        requests.add(exchange.getRequestMethod() + " " + path + " "
                + exchange.getRequestHeaders().getFirst("Content-Type") + " " + body);
        if ("Bearer spent".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            reply(exchange, 401, "{\"kind\":\"Status\",\"reason\":\"Unauthorized\",\"message\":\"Unauthorized\"}");
        } else if (path.startsWith("/api/v1/nodes?")) {
            var second = path.contains("continue=next");
            reply(
                    exchange,
                    200,
                    "{\"metadata\":{\"continue\":\"" + (second ? "" : "next")
                            + "\"},\"items\":[{\"metadata\":{\"name\":\"" + (second ? "w1" : "cp1") + "\"}}]}");
        } else if (path.startsWith("/api/v1/namespaces/kube-system/secrets")) {
            reply(
                    exchange,
                    409,
                    "{\"kind\":\"Status\",\"reason\":\"AlreadyExists\",\"message\":\"secrets \\\"a\\\" already exists\"}");
        } else if (path.equals("/readyz")) {
            reply(exchange, 500, "[-]etcd failed");
        } else {
            reply(exchange, 200, body.isEmpty() ? "{}" : body);
        }
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private KubernetesClient client(ClusterKeys trusted) {
        return KubernetesClient.of(
                URI.create("https://127.0.0.1:" + server.getAddress().getPort()),
                trusted.kubernetes().certificate(),
                trusted.kubernetes().issue(LeafCertificates.master("test"), HOUR, Instant.now()));
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) JsonMapper.shared().readTree(json);
    }

    @Test
    void readsAListInParts() {
        try (var client = client(keys)) {
            var nodes = client.list(ObjectPath.all("v1", "nodes"), Map.of("labelSelector", "a=b c"));

            assertEquals(2, nodes.size());
            assertTrue(requests.getFirst().startsWith("GET /api/v1/nodes?labelSelector=a%3Db%20c&limit=500 "));
        }
    }

    @Test
    void appliesAnObjectWhereItsKindLies() {
        var deployment = object(
                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"coredns\",\"namespace\":\"kube-system\"}}");

        try (var client = client(keys)) {
            client.apply(deployment, "garboard");

            var request = requests.getFirst();
            assertTrue(request.startsWith("PATCH /apis/apps/v1/namespaces/kube-system/deployments/coredns?"), request);
            assertTrue(request.contains("fieldManager=garboard") && request.contains("force=true"), request);
            assertTrue(request.contains(" application/apply-patch+yaml {"), request);
        }
    }

    @Test
    void saysWhatTheServerRefused() {
        var secret = object(
                "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\",\"namespace\":\"kube-system\"}}");

        try (var client = client(keys)) {
            var refused = assertThrows(KubernetesException.class, () -> client.create(secret));

            assertEquals(
                    "POST /api/v1/namespaces/kube-system/secrets: 409 secrets \"a\" already exists",
                    refused.getMessage());
            assertEquals("AlreadyExists", refused.reason());
            assertTrue(refused.isConflict());
            assertFalse(refused.isTransient());
        }
    }

    @Test
    void tellsHealthByWords() {
        try (var client = client(keys)) {
            assertEquals(new KubernetesClient.Health(false, "[-]etcd failed"), client.health("/readyz"));
        }
    }

    @Test
    void believesNoOtherCluster() {
        try (var client = client(ClusterKeys.create("other", Instant.now()))) {
            var refused =
                    assertThrows(KubernetesException.class, () -> client.get(ObjectPath.all("v1", "nodes"), "cp1"));

            assertTrue(refused.isTransient());
            assertEquals(List.of(), requests);
        }
    }

    @Test
    void aTokenIsShownAndItsRefusalIsTold() {
        var uri = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        var ca = keys.kubernetes().certificate();
        try (var valid = KubernetesClient.withToken(uri, ca, "valid");
                var spent = KubernetesClient.withToken(uri, ca, "spent")) {
            assertEquals("", valid.version());
            var refusal = assertThrows(KubernetesException.class, spent::version);

            assertEquals(401, refusal.code());
            assertEquals("GET /version: 401 Unauthorized", refusal.getMessage());
        }
    }
}
