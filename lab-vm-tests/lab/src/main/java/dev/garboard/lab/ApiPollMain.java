package dev.garboard.lab;

import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a Kubernetes API again and again, by reading and by writing one object, and tells how long it was without an answer. It is run inside the
 * network of a node, against that node's own balancer, and ends with its standard input.
 */
final class ApiPollMain {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration CONNECT = Duration.ofSeconds(1);
    /** A request that was on its way to a machine that died is given up, as clients do; etcd itself would wait for seven seconds. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private static final long MILLIS_BETWEEN_REQUESTS = 50;
    private static final long MILLIS_BETWEEN_REPORTS = 1000;
    private static final String OBJECTS = "/api/v1/namespaces/default/configmaps";

    private final HttpClient http;
    private final String server;
    private final String object;

    private ApiPollMain(HttpClient http, String server, String object) {
        this.http = http;
        this.server = server;
        this.object = object;
    }

    /** Whether a request succeeded, and why not. */
    @FunctionalInterface
    private interface Request {
        String send(long number) throws IOException, InterruptedException;
    }

    /** What became of all requests of one kind. */
    private static final class Tally {
        private long succeeded;
        private long failed;
        private long lastSuccess;
        private long longestGap;
        private String lastTrouble = "";

        synchronized void success() {
            long now = System.nanoTime();
            if (succeeded > 0) {
                longestGap = Math.max(longestGap, now - lastSuccess);
            }
            lastSuccess = now;
            succeeded++;
        }

        synchronized void failure(String why) {
            failed++;
            lastTrouble = why;
        }

        synchronized long succeeded() {
            return succeeded;
        }

        synchronized Map<String, Object> told() {
            var told = new LinkedHashMap<String, Object>();
            told.put("succeeded", succeeded);
            told.put("failed", failed);
            // A gap that has not ended yet counts as well.
            long gap = succeeded == 0 ? 0 : Math.max(longestGap, System.nanoTime() - lastSuccess);
            told.put("longestGapSeconds", Math.round(gap / 1e7) / 100.0);
            told.put("lastTrouble", lastTrouble);
            return told;
        }
    }

    /**
     * Asks until standard input ends.
     *
     * @param arguments the server, for example {@code https://127.0.0.1:6444}; a kubeconfig with an identity inside; the name of the object
     */
    static void main(String[] arguments) throws IOException, InterruptedException {
        var kubeconfig = Files.readString(Path.of(arguments[1]));
        var authority = Pem.certificates(data(kubeconfig, "certificate-authority-data"), arguments[1]);
        var identity = identity(kubeconfig);
        try (var http = HttpClient.newBuilder()
                .sslContext(identity.sslContext(authority.getFirst()))
                .connectTimeout(CONNECT)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build()) {
            new ApiPollMain(http, arguments[0], arguments[2]).run();
        }
        System.exit(0);
    }

    private static TlsIdentity identity(String kubeconfig) throws IOException {
        var directory = Files.createTempDirectory("api-poll");
        var certificate = directory.resolve("client.crt");
        var key = directory.resolve("client.key");
        try {
            Files.writeString(certificate, data(kubeconfig, "client-certificate-data"));
            Files.writeString(key, data(kubeconfig, "client-key-data"));
            return TlsIdentity.read(certificate, key);
        } finally {
            Files.deleteIfExists(certificate);
            Files.deleteIfExists(key);
            Files.deleteIfExists(directory);
        }
    }

    private static String data(String kubeconfig, String field) {
        var found = Pattern.compile("(?m)^\\s*" + field + ": (\\S+)$").matcher(kubeconfig);
        if (!found.find()) {
            throw new LabException("the kubeconfig has no " + field);
        }
        return new String(Base64.getDecoder().decode(found.group(1)), StandardCharsets.US_ASCII);
    }

    private void run() throws IOException, InterruptedException {
        var reads = new Tally();
        var writes = new Tally();
        var begin = request(OBJECTS).POST(BodyPublishers.ofString(text(0)));
        poll(writes, number -> number == 0 ? send(begin.build()) : send(write(number)));
        while (writes.succeeded() == 0) {
            Thread.sleep(MILLIS_BETWEEN_REQUESTS);
        }
        poll(reads, _ -> send(request(OBJECTS + "/" + object).GET().build()));
        var ended = Thread.ofVirtual().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException closed) {
                // An end as well.
            }
        });
        while (!ended.join(Duration.ofMillis(MILLIS_BETWEEN_REPORTS))) {
            report(reads, writes);
        }
        report(reads, writes);
    }

    private void report(Tally reads, Tally writes) {
        var line = new LinkedHashMap<String, Object>();
        line.put("event", "polled");
        line.put("through", object);
        line.put("reads", reads.told());
        line.put("writes", writes.told());
        System.out.println(MAPPER.writeValueAsString(line));
    }

    private static void poll(Tally tally, Request request) {
        Thread.ofVirtual().start(() -> {
            try {
                for (long number = 0; ; Thread.sleep(MILLIS_BETWEEN_REQUESTS)) {
                    try {
                        var refusal = request.send(number);
                        if (refusal.isEmpty()) {
                            tally.success();
                            number++;
                        } else {
                            tally.failure(refusal);
                        }
                    } catch (IOException noAnswer) {
                        tally.failure(noAnswer.toString());
                    }
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private HttpRequest write(long number) {
        return request(OBJECTS + "/" + object)
                .method("PUT", BodyPublishers.ofString(text(number)))
                .build();
    }

    private String text(long number) {
        return MAPPER.writeValueAsString(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of("name", object),
                "data",
                Map.of("number", Long.toString(number))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path))
                .timeout(ANSWER)
                .header("Content-Type", "application/json");
    }

    /** One that is there already was written by the request whose answer was lost. */
    private String send(HttpRequest request) throws IOException, InterruptedException {
        var answer = http.send(request, BodyHandlers.ofString());
        boolean good = answer.statusCode() < 300 || answer.statusCode() == 409;
        return good ? "" : answer.statusCode() + " " + answer.body().strip();
    }
}
