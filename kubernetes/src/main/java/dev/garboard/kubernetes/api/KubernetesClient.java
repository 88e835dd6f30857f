package dev.garboard.kubernetes.api;

import dev.garboard.trust.SiteTrust;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks an API server over mutual TLS. Every method blocks and throws {@link KubernetesException}; trying again is the caller's decision,
 * see {@link KubernetesException#isTransient}.
 */
public final class KubernetesClient implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** A list is read in parts of this many objects. */
    private static final String PART = "500";

    private static final List<String> USUAL = List.of("Accept", "application/json", "User-Agent", "garboard");

    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI server;
    private final HttpClient http;
    private final List<String> headers;

    private KubernetesClient(URI server, SSLContext tls, List<String> headers) {
        this.server = server;
        this.headers = headers;
        this.http = HttpClient.newBuilder()
                // One question after the other: of HTTP/2 only its cost would be noticed.
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
    }

    /**
     * A client of one API server; connects with the first request.
     *
     * @param server for example {@code https://192.168.77.11:6443}
     * @param ca what the server's certificate must be signed by
     */
    public static KubernetesClient of(URI server, X509Certificate ca, TlsIdentity identity) {
        return new KubernetesClient(server, identity.sslContext(ca), USUAL);
    }

    /** A client that shows a token instead of a certificate. */
    public static KubernetesClient withToken(URI server, X509Certificate ca, String token) {
        return new KubernetesClient(
                server,
                SiteTrust.of(ca).anonymousSslContext(),
                Stream.concat(USUAL.stream(), Stream.of("Authorization", "Bearer " + token))
                        .toList());
    }

    /** Whether an endpoint such as {@code /readyz} answers 200; the answer's text otherwise tells why. */
    public Health health(String path) {
        try {
            var answer = send(request(path).GET(), path);
            return new Health(answer.statusCode() == 200, answer.body());
        } catch (KubernetesException unreachable) {
            return new Health(false, unreachable.getMessage());
        }
    }

    /** What an endpoint that answers with text says, such as {@code /metrics}. */
    public String text(String path) {
        var answer = send(request(path).setHeader("Accept", "text/plain").GET(), path);
        if (answer.statusCode() != 200) {
            throw refused("GET " + path, answer);
        }
        return answer.body();
    }

    /** What a health endpoint said. */
    public record Health(boolean ok, String text) {

        /** Of a list of checks only those that failed; otherwise what was said, without its end when it is long. */
        public String failed() {
            var failed = text.lines().filter(line -> line.startsWith("[-]")).collect(Collectors.joining("; "));
            var said = failed.isEmpty() ? text.strip() : failed;
            return said.length() > 400 ? said.substring(0, 400) + "…" : said;
        }
    }

    /** The version that the server says it has, for example {@code v1.37.2}. */
    public String version() {
        return json("GET", "/version", "", "").path("gitVersion").asString("");
    }

    /** One object. */
    public ObjectNode get(ObjectPath path, String name) {
        return json("GET", path.text(name), "", "");
    }

    /**
     * All objects that a query selects.
     *
     * @param query for example {@code fieldSelector}; empty for all
     */
    public List<ObjectNode> list(ObjectPath path, Map<String, String> query) {
        var objects = new ArrayList<ObjectNode>();
        var next = "";
        do {
            var parameters = new TreeMap<>(query);
            parameters.put("limit", PART);
            if (!next.isEmpty()) {
                parameters.put("continue", next);
            }
            var answer = json("GET", path.text() + query(parameters), "", "");
            if (answer.path("items") instanceof ArrayNode items) {
                items.values().forEach(item -> objects.add((ObjectNode) item));
            }
            next = answer.path("metadata").path("continue").asString("");
        } while (!next.isEmpty());
        return List.copyOf(objects);
    }

    /** Makes a new object. */
    public ObjectNode create(ObjectNode object) {
        return json("POST", ObjectPath.of(object).text(), "application/json", JSON.writeValueAsString(object));
    }

    /** Replaces an object as a whole; its {@code resourceVersion} must be the current one. */
    public ObjectNode replace(ObjectNode object) {
        return json(
                "PUT", ObjectPath.of(object).text(name(object)), "application/json", JSON.writeValueAsString(object));
    }

    /** Replaces a subresource of an object, for example its {@code approval}. */
    public ObjectNode replace(ObjectNode object, String subresource) {
        return json(
                "PUT",
                ObjectPath.of(object).text(name(object)) + "/" + subresource,
                "application/json",
                JSON.writeValueAsString(object));
    }

    /**
     * Server-side apply: the object gets the fields given, and loses those that the same manager gave it before and gives no more. Fields
     * that another manager holds are taken over.
     */
    public ObjectNode apply(ObjectNode object, String manager) {
        return json(
                "PATCH",
                ObjectPath.of(object).text(name(object)) + query(Map.of("fieldManager", manager, "force", "true")),
                "application/apply-patch+yaml",
                JSON.writeValueAsString(object));
    }

    /** A merge patch (RFC 7386): null takes a field away. */
    public ObjectNode patch(ObjectPath path, String name, ObjectNode patch) {
        return json("PATCH", path.text(name), "application/merge-patch+json", JSON.writeValueAsString(patch));
    }

    /** Deletes an object; its dependents follow in the background. */
    public void delete(ObjectPath path, String name) {
        json("DELETE", path.text(name) + query(Map.of("propagationPolicy", "Background")), "", "");
    }

    /** Posts to a subresource, for example the {@code eviction} of a pod. */
    public ObjectNode create(ObjectPath path, String name, String subresource, ObjectNode object) {
        return json("POST", path.text(name) + "/" + subresource, "application/json", JSON.writeValueAsString(object));
    }

    private ObjectNode json(String method, String path, String contentType, String body) {
        var request = request(path);
        if (body.isEmpty()) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.method(method, BodyPublishers.ofString(body)).header("Content-Type", contentType);
        }
        var answer = send(request, path);
        var what = method + " " + path;
        if (answer.statusCode() >= 300) {
            throw refused(what, answer);
        }
        if (parsed(answer.body()) instanceof ObjectNode object) {
            return object;
        }
        throw new KubernetesException(
                answer.statusCode(), "", what + ": " + server + " did not answer with a JSON object");
    }

    private static KubernetesException refused(String what, HttpResponse<String> answer) {
        var status = parsed(answer.body());
        var message = status.path("message").asString(answer.body().strip());
        return new KubernetesException(
                answer.statusCode(),
                status.path("reason").asString(""),
                what + ": " + answer.statusCode() + " "
                        + (message.length() > 2000 ? message.substring(0, 2000) + "…" : message));
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return JsonNodeFactory.instance.missingNode();
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(ANSWER).headers(headers.toArray(String[]::new));
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String path) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new KubernetesException(server + path + " cannot be reached: " + reason(failed), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KubernetesException(server + path + ": interrupted while waiting for the answer", interrupted);
        }
    }

    /** The JDK's own message for a refused connection is missing; what lies below it or its type says more. */
    private static String reason(Throwable failed) {
        var message = failed.getMessage();
        if (message != null && !message.isBlank()) {
            return message;
        }
        if (failed instanceof ConnectException) {
            return "nothing listens there, or no route leads there";
        }
        var cause = failed.getCause();
        return cause == null ? failed.getClass().getSimpleName() : reason(cause);
    }

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + ObjectPath.encoded(entry.getValue()))
                .collect(Collectors.joining("&", "?", ""));
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").stringValue();
    }

    /** Ends all connections. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
