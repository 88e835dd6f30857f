package dev.garboard.operatorapi;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.operatorapi.OperatorApiConfig.Shares;
import dev.garboard.trust.Pem;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A real server on a free port, with a site CA and an SQLite inventory in a directory of its own. */
final class RunningApi implements AutoCloseable {

    final SiteAuthority authority;
    final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final GatedTransport transport = new GatedTransport();
    private final Vertx vertx = Vertx.builder().withTransport(transport).build();
    private final Inventory inventory;
    final OperatorCertificates certificates;
    private final OperatorApiServer server;
    private final Path directory;

    private RunningApi(
            Path directory, Inventory inventory, SiteAuthority authority, UnaryOperator<OperatorApiConfig> config) {
        this.directory = directory;
        this.inventory = inventory;
        this.authority = authority;
        this.certificates = OperatorCertificates.open(
                inventory.store(), authority, RevocationFile.in(directory), InstantSource.system());
        var loopback = InetAddress.getLoopbackAddress();
        this.server = OperatorApiServer.bind(
                vertx,
                transport,
                config.apply(OperatorApiConfig.listeningOn(new InetSocketAddress(loopback, 0))),
                inventory.store(),
                new RotatingIdentity(authority.issueServer(List.of("localhost"), List.of(loopback))),
                authority.certificate(),
                certificates,
                List.of(new PublicPage("/healthz", () -> PublicPage.Content.text(200, "ok\n"))),
                new ApiEvents() {
                    @Override
                    public void refused(String reason) {
                        refusals.add(reason);
                    }
                },
                InstantSource.system());
    }

    static RunningApi start(Path directory) {
        return start(directory, 32);
    }

    static RunningApi start(Path directory, int maxWatches) {
        return start(
                directory,
                defaults -> with(
                        defaults, defaults.connections(), defaults.requests(), maxWatches, defaults.bodyTimeout()));
    }

    static RunningApi start(Path directory, UnaryOperator<OperatorApiConfig> config) {
        var authority = SiteAuthority.create(directory, "test", InstantSource.system());
        return new RunningApi(
                directory, Inventory.open(directory.resolve("garboard.db").toString()), authority, config);
    }

    static OperatorApiConfig with(
            OperatorApiConfig defaults,
            ConnectionLimits connections,
            Shares requests,
            int maxWatches,
            Duration bodyTimeout) {
        return new OperatorApiConfig(
                defaults.listen(),
                connections,
                requests,
                new Shares(maxWatches, maxWatches),
                64 * 1024,
                defaults.maxWatchTime(),
                defaults.idleTimeout(),
                bodyTimeout);
    }

    ResourceStore store() {
        return inventory.store();
    }

    URI uri(String path) {
        return URI.create("https://127.0.0.1:" + server.port() + path);
    }

    TlsIdentity identity(Role role) {
        return authority.issueOperator("alice", role, Duration.ofDays(1));
    }

    HttpClient client(Role role) {
        return HttpClient.newBuilder()
                .sslContext(identity(role).sslContext(authority.certificate()))
                .build();
    }

    static HttpRequest.Builder write(HttpRequest.Builder request, String method, String contentType, String body) {
        return request.header("Content-Type", contentType).method(method, BodyPublishers.ofString(body));
    }

    static Answer send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(null),
                response.body());
    }

    /** One answer. */
    record Answer(int status, @Nullable String contentType, String body) {}

    /** The file that kubectl is started with. */
    Path kubeconfig(Role role) throws IOException {
        var identity = identity(role);
        var values = Map.of(
                "ADDRESS_OF_SERVER", uri("").toString(),
                "SITE_CA", base64(Pem.ofCertificates(List.of(authority.certificate()))),
                "CLIENT_CERTIFICATE", base64(identity.chainPem()),
                "CLIENT_PRIVATE", base64(identity.keyPem()));
        var text = """
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test, user: alice}}]
            clusters: [{name: test, cluster: {server: "ADDRESS_OF_SERVER", certificate-authority-data: SITE_CA}}]
            users: [{name: alice, user: {client-certificate-data: CLIENT_CERTIFICATE, client-key-data: CLIENT_PRIVATE}}]
            """;
        for (var entry : values.entrySet()) {
            text = text.replace(entry.getKey(), entry.getValue());
        }
        return Files.writeString(directory.resolve("kubeconfig-" + role.word()), text);
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    void stopServer() {
        server.close();
    }

    @Override
    public void close() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        certificates.close();
        inventory.close();
    }
}
