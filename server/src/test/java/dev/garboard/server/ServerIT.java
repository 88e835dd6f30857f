package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.SubnetSpec;
import dev.garboard.trust.SiteAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server on loopback, without DHCP, which needs a network card of its own. */
class ServerIT {

    private static final String SEED = """
        seed:
          subnets:
            - metadata: {name: lab}
              spec: {cidr: 192.0.2.0/24, rangeStart: 192.0.2.10, rangeEnd: 192.0.2.20}
        """;

    @TempDir
    Path site;

    private final int http = freePort();
    private final int operator = freePort();
    private final int node = freePort();
    private final int metrics = freePort();

    @BeforeEach
    void makeSite() throws IOException {
        Files.createDirectory(site.resolve("pki"));
        SiteAuthority.create(site.resolve("pki"), "test", InstantSource.system());
    }

    @Test
    void answersOnAllItsPortsAndStopsAsked() throws Exception {
        try (var _ = Server.start(config("dhcp: {enabled: false}\n" + SEED))) {
            assertEquals("ok\n", get(metrics, "/readyz"));
            assertEquals("ok\n", get(metrics, "/healthz"));
            assertEquals("not found; there are /metrics, /healthz and /readyz\n", get(metrics, "/nosuch"));
            assertTrue(get(http, "/boot/0123456789abcdef0123456789abcdef/script.ipxe")
                    .contains("this server knows no boot session 0123456789abcdef0123456789abcdef"));
            awaitMetric("garboard_boot_http_requests_total{file=\"script.ipxe\",outcome=\"not_found\"} 1.0");
        }

        assertThrows(IOException.class, () -> get(metrics, "/readyz"));
    }

    @Test
    void everyPartIsToldOfAndSoIsADatabaseThatDoesNotAnswer() throws Exception {
        try (var _ = Server.start(config("dhcp: {enabled: false}\n" + SEED))) {
            var well = get(metrics, "/readyz?verbose");
            sql("ALTER TABLE revision_counter RENAME TO hidden");
            var failing = awaitReadyz("[-]database failed: ", 503);
            sql("ALTER TABLE hidden RENAME TO revision_counter");
            awaitReadyz("[+]database ok", 200);

            for (var part : List.of(
                    "[+]lease-writer ok",
                    "[+]boot-session-writer ok",
                    "[+]image-catalog ok",
                    "[+]server-certificate ok",
                    "[+]mirror-machines ok",
                    "[+]stored-resources ok")) {
                assertTrue(well.contains(part), well);
            }
            assertTrue(failing.contains("revision_counter") && failing.contains("readyz check failed"), failing);
            assertTrue(get(metrics, "/metrics").contains("garboard_part_up{part=\"database\"} 1.0"));
            assertTrue(get(metrics, "/metrics").contains("garboard_part_failures_total{part=\"database\"} "));
        }
    }

    @Test
    void oneBadThingOfEachKindStopsNoStart() throws Exception {
        Server.start(config("dhcp: {enabled: false}\n" + SEED)).close();
        for (var kind : Kinds.all()) {
            sql("INSERT INTO resource (kind, name, revision, body) VALUES ('" + kind.name() + "', 'bad', 1, '{')");
        }
        sql("UPDATE resource SET body = REPLACE(body, '192.0.2.0/24', '192.0.2.0/31') WHERE name = 'lab'");
        Files.writeString(
                Files.createDirectories(site.resolve("images").resolve("manifests"))
                        .resolve("broken.json"),
                "{");

        try (var _ = Server.start(config("dhcp: {enabled: false}\n" + SEED))) {
            var verbose = awaitReadyz("[+]stored-resources ok", 200);
            var all = get(metrics, "/metrics");

            assertTrue(verbose.contains("[+]image-catalog ok") && verbose.contains("set aside: broken ("), verbose);
            for (var found :
                    List.of("invalid Subnet", "unreadable Machine", "unreadable Cluster", "unreadable Image")) {
                assertTrue(all.contains("garboard_set_aside{found=\"" + found + "\"} 1.0"), all);
            }
        }
    }

    private String awaitReadyz(String wanted, int status) throws Exception {
        long until = System.nanoTime() + 30_000_000_000L;
        while (true) {
            var answer = send(HttpRequest.newBuilder(uri(metrics, "/readyz?verbose")));
            if (answer.statusCode() == status
                    && answer.body().contains(wanted)
                    && answer.body().contains("stored-resources ok, last")) {
                return answer.body();
            }
            assertTrue(System.nanoTime() < until, answer.statusCode() + " " + answer.body());
            Thread.sleep(100);
        }
    }

    /** A request is counted after its answer has left. */
    private void awaitMetric(String line) throws Exception {
        long until = System.nanoTime() + 30_000_000_000L;
        while (!get(metrics, "/metrics").contains(line)) {
            assertTrue(System.nanoTime() < until, () -> "there is no " + line);
            Thread.sleep(20);
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + site.resolve("garboard.db"));
                var sql = connection.createStatement()) {
            sql.execute("PRAGMA busy_timeout = 10000");
            sql.execute(statement);
        }
    }

    @Test
    void theSeedIsAppliedOnceAndTheDatabaseCountsAfterwards() {
        Server.start(config("dhcp: {enabled: false}\n" + SEED)).close();
        try (var inventory = Inventory.open(site.resolve("garboard.db").toString())) {
            assertEquals(1, inventory.store().list(Kinds.SUBNET).items().size());
            inventory.store().delete(Kinds.SUBNET, "lab", 0);
            inventory
                    .store()
                    .create(new Resource<>(
                            Kinds.SUBNET,
                            ObjectMeta.named("other"),
                            new SubnetSpec(
                                    "198.51.100.0/24",
                                    "198.51.100.10",
                                    "198.51.100.20",
                                    List.of(),
                                    List.of(),
                                    List.of(),
                                    null,
                                    600,
                                    300,
                                    Map.of()),
                            new NoStatus()));
        }

        Server.start(config("dhcp: {enabled: false}\n" + SEED)).close();

        try (var inventory = Inventory.open(site.resolve("garboard.db").toString())) {
            assertEquals(
                    "other",
                    inventory.store().list(Kinds.SUBNET).items().getFirst().name());
        }
    }

    @Test
    void aTakenPortIsNamedWithItsKeyAndTheRemedy() throws IOException {
        try (var _ = new ServerSocket(node, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var refused = assertThrows(StartException.class, () -> Server.start(config("dhcp: {enabled: false}\n")));

            assertEquals(
                    "127.0.0.1 port " + node
                            + " is taken by another program (node-api.listen); stop that program (find it with: "
                            + "ss -lptun 'sport = :" + node + "') or choose another address",
                    refused.getMessage());
        }
        Server.start(config("dhcp: {enabled: false}\n")).close();
    }

    @Test
    void aMissingInterfaceIsNamedWithThoseThereAre() {
        var refused = assertThrows(
                RuntimeException.class,
                () -> Server.start(config("dhcp: {interfaces: [{name: nosuch0, address: 192.0.2.1}]}\n")));

        assertTrue(
                String.valueOf(refused.getMessage())
                        .startsWith("there is no interface nosuch0 to serve DHCP on; there are ["),
                refused.getMessage());
    }

    @Test
    void bundlesAreServedWithRangesAndWhatLiesBesideThemIsNot() throws Exception {
        var image = "b".repeat(64);
        var name = "kubernetes-1.37.2-amd64-bbbbbbbb";
        var bundle = Files.createDirectories(site.resolve("bundles").resolve(name));
        Files.writeString(bundle.resolve("manifest.json"), "signed\n");
        Files.writeString(bundle.resolve("signer.crt"), "not served");
        Files.writeString(bundle.resolve(image), "0123456789");
        try (var _ = Server.start(config("dhcp: {enabled: false}\n"))) {
            var part = send(HttpRequest.newBuilder(uri(http, "/bundles/" + name + "/" + image))
                    .header("Range", "bytes=3-5"));
            var head = send(HttpRequest.newBuilder(uri(http, "/bundles/" + name + "/" + image))
                    .HEAD());

            assertEquals("signed\n", get(http, "/bundles/" + name + "/manifest.json"));
            assertEquals("206 345", part.statusCode() + " " + part.body());
            assertEquals("10", head.headers().firstValue("Content-Length").orElseThrow());
            assertEquals("\"" + image + "\"", head.headers().firstValue("ETag").orElseThrow());
            for (var other :
                    List.of(name + "/signer.crt", name, "", name + "/" + "c".repeat(64), "../pki/site-ca.key")) {
                assertTrue(
                        send(HttpRequest.newBuilder(uri(http, "/bundles/" + other)))
                                        .statusCode()
                                >= 400,
                        other);
            }
        }
    }

    private Config config(String more) {
        try {
            var file = site.resolve("garboard.yaml");
            Files.writeString(file, """
                tftp: {enabled: false}
                http-boot: {listen: '127.0.0.1:%d'}
                operator-api: {listen: '127.0.0.1:%d'}
                node-api: {listen: '127.0.0.1:%d'}
                metrics: {listen: '127.0.0.1:%d'}
                log: {level: warn}
                """.formatted(http, operator, node, metrics) + more);
            return Config.read(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(port, path))).body();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
