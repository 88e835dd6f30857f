package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.LeafCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a node says that cannot join, for each answer that an API server has for its token. */
class JoinCheckIT {

    private static final BootstrapToken TOKEN = new BootstrapToken("abcdef", "0123456789abcdef");
    private static final Duration HOUR = Duration.ofHours(1);

    private static String said(int status, Instant made) throws IOException {
        var keys = ClusterKeys.create("lab", made);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(keys.kubernetes()
                .issue(LeafCertificates.loopbackServer("kube-apiserver"), HOUR, made)
                .sslContext(keys.kubernetes().certificate())));
        server.createContext("/", exchange -> {
            var right = ("Bearer " + TOKEN.text())
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"));
            var body = "{}".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(right ? status : 500, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        try {
            var uri = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
            return new JoinCheck(uri, Duration.ZERO).of(TOKEN, keys.kubernetes().certificate());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aTokenThatIsTakenMeansThatTheCertificateIsAwaited() throws IOException {
        assertEquals(
                "waits for the kubelet's certificate, which the boot server approves when the request matches this machine",
                said(200, Instant.now()));
    }

    @Test
    void aTokenThatIsRefusedIsNamedWithoutItsSecret() throws IOException {
        assertEquals(
                "the API server refuses the bootstrap token abcdef: it was used already, has expired or was deleted; the boot"
                        + " server sends another one by itself, so see that it runs and reaches the cluster (garboard cluster"
                        + " status)",
                said(401, Instant.now()));
    }

    @Test
    void aClockThatIsADayOffIsToldFromASilentServer() throws IOException {
        var ahead = said(200, Instant.now().plus(Duration.ofDays(1)));

        assertTrue(
                ahead.startsWith("waits for an API server: ") && ahead.contains("one of the two clocks is wrong"),
                ahead);
    }
}
