package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.KubeletRequest;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How a node gets its kubelet's certificate, and what it says when it gets none, for each answer that an API server has. */
class KubeletJoinIT {

    private static final BootstrapToken TOKEN = new BootstrapToken("abcdef", "0123456789abcdef");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final List<String> asked = new ArrayList<>();
    private final Instant made;
    private final ClusterKeys keys;
    private HttpsServer server;
    private KubeletJoin join;
    private int refusal;
    private ObjectNode request = JSON.createObjectNode();

    KubeletJoinIT() throws IOException {
        this.made = Instant.now();
        this.keys = ClusterKeys.create("lab", made);
        this.server = serve(made);
        this.join = new KubeletJoin(address());
    }

    @AfterEach
    void stop() {
        join.close();
        server.stop(0);
    }

    @Test
    void getsTheCertificateThatWasIssuedForItsRequest() throws Exception {
        assertEquals(
                "waits for the kubelet's certificate, which the boot server approves when the request matches this machine",
                said());
        assertEquals(said(), said());

        issue();

        var identity = certificate();
        assertEquals(
                "O=system:nodes,CN=system:node:rack1-7",
                identity.certificate().getSubjectX500Principal().getName());
        assertEquals(1, asked.stream().filter("POST"::equals).count(), asked::toString);
        var seen = KubeletRequest.of(request);
        assertEquals(
                "",
                new KubeletRequest(
                                seen.name(),
                                seen.signer(),
                                "system:bootstrap:abcdef",
                                seen.groups(),
                                seen.usages(),
                                seen.commonName(),
                                seen.organizations(),
                                seen.dnsNames(),
                                seen.addresses(),
                                seen.others())
                        .refusalToJoin("rack1-7"));
    }

    @Test
    void aTokenThatIsRefusedIsNamedWithoutItsSecret() {
        refusal = 401;

        assertEquals(
                "the API server refuses the bootstrap token abcdef: it was used already, has expired or was deleted; the boot"
                        + " server sends another one by itself, so see that it runs and reaches the cluster (garboard cluster"
                        + " status)",
                said());
    }

    @Test
    void aRequestThatIsDeniedIsNamed() {
        said();
        request.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Denied")
                .put("message", "the token is for the machine rack1-8");

        for (int look = 0; look < 3; look++) {
            assertEquals(
                    "the kubelet gets no certificate: its request is denied: the token is for the machine rack1-8",
                    said());
        }
        assertEquals(1, asked.stream().filter("POST"::equals).count(), asked::toString);
    }

    @Test
    void aRequestThatIsOldIsMadeAnew() {
        join = new KubeletJoin(address(), Duration.ZERO);

        said();
        said();

        assertEquals(2, asked.stream().filter("POST"::equals).count(), asked::toString);
    }

    /** A cluster whose state was restored from before. */
    @Test
    void aRequestThatIsGoneIsMadeAnew() {
        said();
        refusal = 404;
        said();
        refusal = 0;

        said();

        assertEquals(2, asked.stream().filter("POST"::equals).count(), asked::toString);
    }

    @Test
    void aClockThatIsADayOffIsToldFromASilentServer() throws IOException {
        server.stop(0);
        server = serve(Instant.now().plus(Duration.ofDays(1)));
        join = new KubeletJoin(address());

        var ahead = said();

        assertTrue(
                ahead.startsWith("waits for an API server: ") && ahead.contains("one of the two clocks is wrong"),
                ahead);
    }

    private String said() {
        return String.valueOf(
                assertThrows(DocumentPendingException.class, this::certificate).getMessage());
    }

    private TlsIdentity certificate() {
        return join.certificate(TOKEN, keys.kubernetes().certificate(), "rack1-7");
    }

    private URI address() {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    }

    private HttpsServer serve(Instant now) throws IOException {
        var api = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.setHttpsConfigurator(new HttpsConfigurator(keys.kubernetes()
                .issue(LeafCertificates.loopbackServer("kube-apiserver"), HOUR, now)
                .sslContext(keys.kubernetes().certificate())));
        api.createContext("/apis/certificates.k8s.io/v1/certificatesigningrequests", this::answer);
        api.start();
        return api;
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod());
        var right =
                ("Bearer " + TOKEN.text()).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        var body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("POST") && refusal == 0) {
            request = (ObjectNode) JSON.readTree(body);
            ((ObjectNode) request.path("metadata")).put("name", "garboard-rack1-7-x");
        }
        var answer = JSON.writeValueAsBytes(request);
        exchange.sendResponseHeaders(right ? (refusal == 0 ? 200 : refusal) : 500, answer.length);
        try (var out = exchange.getResponseBody()) {
            out.write(answer);
        }
    }

    /** As Kubernetes' signer does. */
    private void issue() throws Exception {
        var pem = new String(
                Base64.getDecoder().decode(request.path("spec").path("request").asString("")),
                StandardCharsets.US_ASCII);
        try (var in = new PemReader(new StringReader(pem))) {
            var wanted = new JcaPKCS10CertificationRequest(in.readPemObject().getContent());
            var issued = keys.kubernetes()
                    .certify(LeafCertificates.kubeletClient("rack1-7"), wanted.getPublicKey(), HOUR, made);
            request.putObject("status")
                    .put(
                            "certificate",
                            Base64.getEncoder()
                                    .encodeToString(
                                            Pem.ofCertificates(List.of(issued)).getBytes(StandardCharsets.US_ASCII)));
        }
    }
}
