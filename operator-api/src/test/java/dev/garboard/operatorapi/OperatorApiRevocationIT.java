package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.operatorapi.RunningApi.Answer;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.Role;
import dev.garboard.trust.TlsIdentity;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class OperatorApiRevocationIT {

    private static final String API = "/apis/garboard.dev/v1alpha1/";
    private static final String MERGE = "application/merge-patch+json";
    private static final String REVOKE = "{\"spec\":{\"revoked\":{\"reason\":\"laptop lost\"}}}";

    private static final String REPLACE = "{\"spec\":{\"revoked\":{\"reason\":\"replaced\",\"reach\":\"Alone\"}}}";

    @TempDir
    private Path directory;

    private RunningApi api;
    private HttpClient admin;

    @BeforeEach
    void start() {
        api = RunningApi.start(directory);
        admin = api.client(Role.ADMIN);
    }

    @AfterEach
    void stop() {
        admin.close();
        api.close();
    }

    @Test
    void aRevokedCertificateIsRefusedAndItsOpenWatchEndsWithinSeconds() throws Exception {
        var alice = api.identity(Role.READER);
        try (var reader = client(alice)) {
            var watch = reader.send(
                    HttpRequest.newBuilder(api.uri(API + "machines?watch=true")).build(), BodyHandlers.ofInputStream());
            assertEquals(200, watch.statusCode());
            try (var lines = new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8))) {
                long since = System.nanoTime();
                var revoked = patch(admin, Revocation.serialOf(alice.certificate()), REVOKE);

                assertEquals(200, revoked.status(), revoked.body());
                assertNull(lines.readLine(), "the watch sent something instead of its end");
                assertTrue(System.nanoTime() - since < 5_000_000_000L, "the watch was open for more than 5 s");
            }
            var refused = RunningApi.send(reader, HttpRequest.newBuilder(api.uri(API + "machines")));
            assertEquals(401, refused.status());
            assertTrue(refused.body().contains("was revoked"), refused.body());
        }
        assertEquals(200, get(admin, "machines").status());
    }

    @Test
    void whoeverIsUsedIsInTheBookAndARevocationOutlivesARestart() throws Exception {
        var alice = api.identity(Role.OPERATOR);
        var serial = Revocation.serialOf(alice.certificate());
        try (var operator = client(alice)) {
            assertEquals(200, get(operator, "machines").status());
            for (int i = 0;
                    i < 500
                            && api.store()
                                    .get(Kinds.OPERATOR_CERTIFICATE, serial)
                                    .isEmpty();
                    i++) {
                Thread.sleep(10);
            }
        }

        var noted = api.store()
                .get(Kinds.OPERATOR_CERTIFICATE, serial)
                .orElseThrow()
                .spec();
        patch(admin, serial, REVOKE);

        assertEquals("alice operator", noted.subject() + " " + noted.role());
        assertEquals(Revocation.keyDigestOf(alice.certificate()), noted.keyDigest());
        var clock = InstantSource.system();
        try (var restarted = open(clock)) {
            assertTrue(restarted.gate().refusal(alice.certificate()).isPresent());
        }
    }

    @Test
    void anotherServerOfTheSiteHearsOfIt() throws Exception {
        var alice = api.identity(Role.OPERATOR);
        var clock = InstantSource.system();
        try (var other = open(clock)) {
            var told = new CountDownLatch(1);
            var cut = new CountDownLatch(1);
            other.onRevoked(told::countDown);
            try (var _ = other.gate().admit(alice.certificate(), cut::countDown)) {
                patch(admin, Revocation.serialOf(alice.certificate()), REVOKE);

                assertTrue(told.await(5, TimeUnit.SECONDS), "not told within 5 s");
                assertTrue(cut.await(5, TimeUnit.SECONDS), "not cut within 5 s");
            }
        }
    }

    @Test
    void oneFromBeforeTheBookIsRevokedByItsFileWithItsKey() throws Exception {
        var keys = KeyPairs.ecP256();
        var request = CertificateRequest.create(keys);
        var day = Duration.ofDays(1);
        var first = api.authority.issueOperator("old", Role.ADMIN, request, day);
        var second = new TlsIdentity(keys.getPrivate(), api.authority.issueOperator("old", Role.ADMIN, request, day));
        var patch = new JsonMapper().createObjectNode();
        patch.putObject("spec").put("certificate", Pem.ofCertificates(List.of(first.getFirst())));
        ((ObjectNode) patch.path("spec")).putObject("revoked").put("reason", "found");

        var revoked = patch(admin, Revocation.serialOf(first.getFirst()), patch.toString());

        assertEquals(200, revoked.status(), revoked.body());
        try (var other = client(second)) {
            assertEquals(401, get(other, "machines").status());
        }
    }

    @Test
    void everybodyRenewsTheirOwnAndOnlyAnAdminAnothers() throws Exception {
        var alice = api.identity(Role.READER);
        try (var reader = client(alice)) {
            var keys = KeyPairs.ecP256();
            var renewed = issue(reader, keys, "");
            assertEquals(201, renewed.status(), renewed.body());
            var chain = Pem.certificates(
                    new JsonMapper()
                            .readTree(renewed.body())
                            .path("certificate")
                            .asString(),
                    "answer");
            var fresh = new TlsIdentity(keys.getPrivate(), chain);
            assertEquals("alice (reader)", fresh.caller().describe());

            assertEquals(403, issue(reader, keys, ",\"role\":\"admin\"").status());
            assertEquals(403, issue(reader, keys, ",\"subject\":\"bob\"").status());
            assertEquals(
                    403,
                    patch(reader, Revocation.serialOf(fresh.certificate()), REVOKE)
                            .status());
            assertEquals(
                    200,
                    patch(reader, Revocation.serialOf(alice.certificate()), REPLACE)
                            .status());
            assertEquals(401, get(reader, "machines").status());
            try (var after = client(fresh)) {
                assertEquals(200, get(after, "machines").status());
            }
        }
        var bob = issue(admin, KeyPairs.ecP256(), ",\"subject\":\"bob\",\"role\":\"operator\"");
        assertEquals(201, bob.status(), bob.body());
        var serial = new JsonMapper().readTree(bob.body()).at("/metadata/name").asString();
        OperatorCertificateSpec noted = api.store()
                .get(Kinds.OPERATOR_CERTIFICATE, serial)
                .orElseThrow()
                .spec();
        assertEquals("bob operator alice", noted.subject() + " " + noted.role() + " " + noted.issuedBy());
    }

    @Test
    void whoeverRenewedAStolenCertificateLosesTheRenewalsWithIt() throws Exception {
        var alice = api.identity(Role.OPERATOR);
        TlsIdentity first;
        TlsIdentity second;
        try (var thief = client(alice)) {
            first = renewed(thief);
        }
        try (var thief = client(first)) {
            second = renewed(thief);
        }

        var revoked = patch(admin, Revocation.serialOf(alice.certificate()), REVOKE);

        assertEquals(200, revoked.status(), revoked.body());
        for (var stolen : List.of(alice, first, second)) {
            try (var thief = client(stolen)) {
                assertEquals(401, get(thief, "machines").status());
            }
        }
        var last = api.store()
                .get(Kinds.OPERATOR_CERTIFICATE, Revocation.serialOf(second.certificate()))
                .orElseThrow()
                .spec();
        assertEquals(Revocation.serialOf(first.certificate()), last.renews());
        assertTrue(last.revoked() != null && last.revoked().reason().endsWith(": laptop lost"), last.toString());
    }

    @Test
    void aCertificateIsRenewedOnceAndAnAdminLetsItBeRenewedAgain() throws Exception {
        var alice = api.identity(Role.OPERATOR);
        try (var operator = client(alice)) {
            var lost = renewed(operator);

            var again = issue(operator, KeyPairs.ecP256(), "");
            var ofOwnName = issue(operator, KeyPairs.ecP256(), ",\"subject\":\"alice\"");

            assertEquals(403, again.status(), again.body());
            assertTrue(again.body().contains(Revocation.serialOf(lost.certificate()) + " replaces it"), again.body());
            assertEquals(403, ofOwnName.status(), ofOwnName.body());
            assertEquals(
                    200,
                    patch(admin, Revocation.serialOf(lost.certificate()), REVOKE)
                            .status());
            assertEquals(201, issue(operator, KeyPairs.ecP256(), "").status());
        }
    }

    @Test
    void whatAStolenAdminHasIssuedGoesWithItWhenThatIsSaid() throws Exception {
        var stolen = api.identity(Role.ADMIN);
        TlsIdentity mallory;
        try (var thief = client(stolen)) {
            var keys = KeyPairs.ecP256();
            var answer = issue(thief, keys, ",\"subject\":\"mallory\",\"role\":\"admin\"");
            assertEquals(201, answer.status(), answer.body());
            mallory = identity(keys, answer);
        }
        var serial = Revocation.serialOf(stolen.certificate());
        patch(admin, serial, REVOKE);
        try (var thief = client(mallory)) {
            assertEquals(200, get(thief, "machines").status());

            var widened = patch(admin, serial, "{\"spec\":{\"revoked\":{\"reason\":\"x\",\"reach\":\"Issued\"}}}");

            assertEquals(200, widened.status(), widened.body());
            assertEquals(401, get(thief, "machines").status());
        }
        assertEquals(200, get(admin, "machines").status());
    }

    @Test
    void aSerialNumberIsRevokedHoweverItIsWritten() throws Exception {
        var alice = api.identity(Role.READER);
        var serial = Revocation.serialOf(alice.certificate());
        var written = "00:" + serial.toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:");

        var revoked = patch(admin, written, REVOKE);

        assertEquals(200, revoked.status(), revoked.body());
        try (var reader = client(alice)) {
            assertEquals(401, get(reader, "machines").status());
        }
        var shown = get(admin, "operatorcertificates/" + written);
        assertEquals(200, shown.status(), shown.body());
        assertTrue(shown.body().contains("\"" + serial + "\""), shown.body());
    }

    private TlsIdentity renewed(HttpClient client) throws Exception {
        var keys = KeyPairs.ecP256();
        var answer = issue(client, keys, "");
        assertEquals(201, answer.status(), answer.body());
        return identity(keys, answer);
    }

    private static TlsIdentity identity(KeyPair keys, Answer answer) {
        var pem = new JsonMapper().readTree(answer.body()).path("certificate").asString();
        return new TlsIdentity(keys.getPrivate(), Pem.certificates(pem, "answer"));
    }

    @Test
    void aNodeOrAServerIsNoPersonToIssueFor() throws Exception {
        var node = issue(admin, KeyPairs.ecP256(), ",\"subject\":\"m1\",\"role\":\"node\"");
        var server = issue(admin, KeyPairs.ecP256(), ",\"subject\":\"m1\",\"role\":\"server\"");

        assertEquals(400, node.status(), node.body());
        assertEquals(400, server.status(), server.body());
        assertNotEquals("", node.body());
    }

    private OperatorCertificates open(InstantSource clock) {
        return OperatorCertificates.open(api.store(), api.authority, RevocationFile.in(directory), clock);
    }

    private Answer issue(HttpClient client, KeyPair keys, String more) throws Exception {
        var request = Base64.getEncoder().encodeToString(CertificateRequest.create(keys));
        return RunningApi.send(
                client,
                RunningApi.write(
                        HttpRequest.newBuilder(api.uri(API + "operatorcertificates")),
                        "POST",
                        "application/json",
                        "{\"spec\":{\"request\":\"" + request + "\"" + more + "}}"));
    }

    private Answer patch(HttpClient client, String serial, String body) throws Exception {
        return RunningApi.send(
                client,
                RunningApi.write(
                        HttpRequest.newBuilder(api.uri(API + "operatorcertificates/" + serial)), "PATCH", MERGE, body));
    }

    private Answer get(HttpClient client, String plural) throws Exception {
        return RunningApi.send(client, HttpRequest.newBuilder(api.uri(API + plural)));
    }

    private HttpClient client(TlsIdentity identity) {
        return HttpClient.newBuilder()
                .sslContext(identity.sslContext(api.authority.certificate()))
                .build();
    }
}
