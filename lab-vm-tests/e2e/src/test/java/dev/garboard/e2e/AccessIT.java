package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.Pem;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.SiteTrust;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Callers that must not be let in, on the operator API and on the machine API, through the server and at the node itself. */
class AccessIT {

    private static final List<String> CALLERS = List.of("nobody", "stranger", "expired", "reader", "admin");

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    @TempDir
    private static Path keys;

    @BeforeAll
    static void bootAMachineAndMakeCallers() throws IOException {
        lab.up();
        var site = SiteAuthority.open(lab.pki(), InstantSource.system());
        var lastYear = InstantSource.fixed(Instant.now().minus(Duration.ofDays(365)));
        var elsewhere =
                SiteAuthority.create(Files.createDirectory(keys.resolve("elsewhere")), "lab", InstantSource.system());
        write("reader", site.issueOperator("rita", Role.READER, Duration.ofDays(1)));
        write("expired", SiteAuthority.open(lab.pki(), lastYear).issueOperator("late", Role.ADMIN, Duration.ofDays(1)));
        write("stranger", elsewhere.issueOperator("admin", Role.ADMIN, Duration.ofDays(1)));
        write("admin", site.issueOperator("ada", Role.ADMIN, Duration.ofDays(1)));
        write("leaver", site.issueOperator("lee", Role.OPERATOR, Duration.ofDays(1)));
        Files.copy(lab.pki().resolve("site-ca.crt"), keys.resolve("site-ca.crt"));
    }

    @Test
    void theOperatorApiRefusesThem() throws Exception {
        assertRefusal(401, "client certificate", ask("nobody", "GET"));
        assertRefusal(401, "not this site's CA", ask("stranger", "GET"));
        assertRefusal(401, "expired at", ask("expired", "GET"));
        assertEquals(200, ask("reader", "GET").statusCode());
        assertRefusal(403, "operator", ask("reader", "DELETE"));
        assertEquals(200, ask("admin", "GET").statusCode());
    }

    @Test
    void theMachineApiRefusesThemThroughTheServerAndAtTheNode() {
        var address =
                lab.kubectlJson("get", "machine", "m1").at("/status/address").asString();
        var words = new ArrayList<>(List.of("dev.garboard.e2e.MachineApiProbe", keys.toString(), "m1", address));
        // The admin would be let in, and reboot the machine.
        words.addAll(CALLERS.subList(0, 4));

        var probe = lab.inside(
                        TestPrograms.command(words.toArray(String[]::new)).toArray(String[]::new))
                .succeeded();

        var results = MachineApiProbe.results(probe.out());
        assertEquals(16, results.size(), probe::toString);
        results.forEach((call, ending) -> {
            var expected = expected(call);
            assertTrue(ending.matches(expected), () -> call + " ended with " + ending + ", expected " + expected);
        });
    }

    @Test
    void theCommandLineSaysWhy() throws IOException {
        var reader = kubeconfig("reader");
        lab.cli("node", "--kubeconfig", reader, "m1", "version").succeeded();
        var reboot = lab.cli("node", "--kubeconfig", reader, "m1", "reboot").exitedWith(4);
        assertTrue(reboot.err().contains("needs the role operator"), reboot::toString);
        var accept = lab.cli("machine", "accept", "--kubeconfig", reader, "m1").exitedWith(4);
        assertTrue(accept.err().contains("operator"), accept::toString);

        for (var caller : Map.of("stranger", "not this site's CA", "expired", "expired at")
                .entrySet()) {
            var list = lab.cli("machine", "list", "--kubeconfig", kubeconfig(caller.getKey()))
                    .exitedWith(4);
            assertTrue(list.err().contains(caller.getValue()), list::toString);
            var version = lab.cli("node", "--kubeconfig", kubeconfig(caller.getKey()), "m1", "version")
                    .exitedWith(4);
            assertTrue(version.err().contains(caller.getValue()), version::toString);
        }
    }

    /** Whoever has streams open, and a connection that was let in before, is out as soon: at the server and at the node itself. */
    @Test
    void aCertificateThatIsTakenBackIsRefusedEverywhereWithinSeconds() throws Exception {
        var address =
                lab.kubectlJson("get", "machine", "m1").at("/status/address").asString();
        var command = lab.insideCommand(
                TestPrograms.command(RevocationProbe.class.getName(), keys.toString(), "m1", address, "leaver"));
        var probe = CompletableFuture.supplyAsync(() -> lab.run(command, Duration.ofMinutes(5)));
        LabFixture.await("the streams are open", () -> probe.isDone() || Files.exists(keys.resolve("open")));
        assertTrue(!probe.isDone(), () -> probe.join().toString());

        lab.cli("certificate", "revoke", "--file", keys.resolve("leaver.crt").toString())
                .succeeded();
        long revoked = System.currentTimeMillis();

        var ends = probe.get(2, TimeUnit.MINUTES).succeeded().out().lines().toList();
        for (var what : List.of("server stream", "server call", "node stream", "node call")) {
            var end = ends.stream()
                    .filter(line -> line.startsWith(what + " "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(what + " did not end: " + ends));
            long after = Long.parseLong(end.replaceFirst("\\D+(\\d+) .*", "$1")) - revoked;
            System.out.println(what + " ended " + after + " ms after the revocation's answer");
            assertTrue(after < 5_000, end);
            assertTrue(end.matches(".*(UNAUTHENTICATED|UNAVAILABLE).*"), end);
        }
        var refused = lab.cli("node", "--kubeconfig", kubeconfig("leaver"), "m1", "version")
                .exitedWith(4);
        assertTrue(refused.err().contains("revoked"), refused::toString);
    }

    /** How a call must end: who is unknown is refused by TLS or by the API, who is too small by the API. */
    private static String expected(String call) {
        if (call.startsWith("reader ")) {
            return call.endsWith(" version") ? "OK" : "PERMISSION_DENIED: .*needs the role operator.*";
        }
        return "UNAUTHENTICATED: .*certificate.*|UNAVAILABLE: .*certificate.*";
    }

    private static void assertRefusal(int status, String words, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        var body = JsonMapper.shared().readTree(answer.body());
        assertEquals("Status", body.path("kind").asString());
        assertEquals("Failure", body.path("status").asString());
        assertTrue(body.path("message").asString().contains(words), answer.body());
    }

    private static HttpResponse<String> ask(String caller, String method)
            throws IOException, InterruptedException, GeneralSecurityException {
        var server = Files.readString(lab.kubeconfig()).replaceFirst("(?s).*server: (\\S+).*", "$1");
        var tls = SSLContext.getInstance("TLSv1.3");
        var trust = SiteTrust.of(Pem.readCertificate(keys.resolve("site-ca.crt")));
        tls.init(
                caller.equals("nobody") ? new KeyManager[0] : identity(caller).keyManagers(),
                new TrustManager[] {trust},
                null);
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .connectTimeout(Duration.ofSeconds(60))
                .build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(server + "/apis/garboard.dev/v1alpha1/machines/m1"))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .timeout(Duration.ofSeconds(60))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    /** The administrator's kubeconfig with the caller's key and certificate in it. */
    private static String kubeconfig(String caller) throws IOException {
        var file = keys.resolve(caller + ".kubeconfig");
        Files.writeString(
                file,
                Files.readString(lab.kubeconfig())
                        .replaceFirst(
                                "client-certificate-data: \\S+", "client-certificate: " + keys.resolve(caller + ".crt"))
                        .replaceFirst("client-key-data: \\S+", "client-key: " + keys.resolve(caller + ".key")));
        return file.toString();
    }

    private static TlsIdentity identity(String caller) {
        return TlsIdentity.read(keys.resolve(caller + ".crt"), keys.resolve(caller + ".key"));
    }

    private static void write(String caller, TlsIdentity identity) {
        identity.write(keys.resolve(caller + ".crt"), keys.resolve(caller + ".key"));
    }
}
