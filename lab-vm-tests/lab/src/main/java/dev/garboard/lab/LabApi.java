package dev.garboard.lab;

import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lab's own look at the operator API, through the relay, with the administrator's certificate. */
final class LabApi implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final String root;

    LabApi(LabDirectory directory, int port) {
        var pki = directory.pki();
        var identity = TlsIdentity.read(pki.resolve("admin.crt"), pki.resolve("admin.key"));
        this.client = HttpClient.newBuilder()
                .sslContext(identity.sslContext(Pem.readCertificate(pki.resolve("site-ca.crt"))))
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LIMIT)
                .build();
        this.root = "https://127.0.0.1:" + port + "/apis/garboard.dev/v1alpha1/";
    }

    /** All resources of a kind. */
    JsonNode list(String plural) throws IOException {
        var answer = send(HttpRequest.newBuilder(URI.create(root + plural)));
        if (answer.statusCode() != 200) {
            throw new IOException("the operator API answered " + answer.statusCode() + " to a list of " + plural + ": "
                    + answer.body());
        }
        return MAPPER.readTree(answer.body()).path("items");
    }

    /** Lets machines boot this image that have none of their own; the server may not have seen it yet. */
    void prefer(String image) throws IOException {
        patch("images/" + image, Map.of("spec", Map.of("preferred", true)));
    }

    /** One resource, {@code PLURAL/NAME}. */
    JsonNode get(String path) throws IOException {
        var answer = send(HttpRequest.newBuilder(URI.create(root + path)));
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": the operator API answered " + answer.statusCode() + " " + answer.body());
        }
        return MAPPER.readTree(answer.body());
    }

    /** Merges a change into a resource, {@code PLURAL/NAME}; one that is not there yet is waited for. */
    void patch(String path, Map<String, ?> change) throws IOException {
        var request = HttpRequest.newBuilder(URI.create(root + path))
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(MAPPER.writeValueAsString(change)));
        var answer = send(request);
        for (int attempt = 0; answer.statusCode() == 404 && attempt < 100; attempt++) {
            Pause.millis(100);
            answer = send(request);
        }
        expect(200, answer, "change " + path);
    }

    /** Makes a resource, unless there is one of that name. */
    void create(String plural, Map<String, ?> resource) throws IOException {
        var answer = send(HttpRequest.newBuilder(URI.create(root + plural))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(MAPPER.writeValueAsString(resource))));
        if (answer.statusCode() != 409) {
            expect(201, answer, "make one of the " + plural);
        }
    }

    private static void expect(int status, HttpResponse<String> answer, String what) {
        if (answer.statusCode() != status) {
            throw new LabException(
                    "the server did not " + what + ": it answered " + answer.statusCode() + ", " + answer.body());
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(
                    request.timeout(LIMIT)
                            .setHeader("Accept", "application/json")
                            .build(),
                    BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while asking the operator API", interrupted);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
