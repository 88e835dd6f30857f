package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.operatorapi.RunningApi.Answer;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.SiteTrust;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorApiCallersIT {

    @TempDir
    private Path directory;

    private RunningApi api;

    @BeforeEach
    void start() {
        api = RunningApi.start(directory);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void refusesACallerWithoutACertificate() throws Exception {
        var answer = get(null, "/apis");

        assertEquals(401, answer.status());
        assertTrue(answer.body().contains("needs a client certificate"), answer.body());
        assertEquals("Unauthorized", api.refusals.peek());
    }

    @Test
    void refusesTheCertificateOfAnotherSite() throws Exception {
        var other = SiteAuthority.create(
                Files.createDirectory(directory.resolve("other")), "other", InstantSource.system());

        var answer = get(other.issueOperator("mallory", Role.ADMIN, Duration.ofDays(1)), "/apis");

        assertEquals(401, answer.status());
        assertTrue(answer.body().contains("site CA of other"), answer.body());
    }

    @Test
    void refusesAnExpiredCertificate() throws Exception {
        var longAgo =
                SiteAuthority.open(directory, InstantSource.fixed(Instant.now().minus(Duration.ofDays(30))));

        var answer = get(longAgo.issueOperator("alice", Role.ADMIN, Duration.ofDays(1)), "/apis");

        assertEquals(401, answer.status());
        assertTrue(answer.body().contains("expired at"), answer.body());
    }

    @Test
    void letsAReaderReadAndNothingElse() throws Exception {
        var machines = "/apis/garboard.dev/v1alpha1/machines";

        var read = get(api.identity(Role.READER), machines);
        Answer write;
        try (var reader = api.client(Role.READER)) {
            write = RunningApi.send(
                    reader,
                    HttpRequest.newBuilder(api.uri(machines + "/node-a")).DELETE());
        }

        assertEquals(200, read.status());
        assertEquals(403, write.status());
        assertTrue(write.body().contains("role operator"), write.body());
    }

    @Test
    void refusesTheServersOwnKindOfCertificate() throws Exception {
        var server = api.authority.issueServer(List.of(), List.of());

        var answer = get(server, "/apis");

        assertEquals(403, answer.status());
    }

    @Test
    void answersHealthToAnybody() throws Exception {
        var answer = get(null, "/healthz");

        assertEquals(new Answer(200, "text/plain; charset=utf-8", "ok\n"), answer);
    }

    @Test
    void speaksNothingOlderThanTls13() throws Exception {
        var context = SSLContext.getInstance("TLSv1.2");
        context.init(null, new TrustManager[] {SiteTrust.of(api.authority.certificate())}, null);
        try (var old = HttpClient.newBuilder().sslContext(context).build()) {
            assertThrows(IOException.class, () -> RunningApi.send(old, HttpRequest.newBuilder(api.uri("/healthz"))));
        }
    }

    /** Shows the identity whatever issuers the server names, as kubectl does. */
    private Answer get(@Nullable TlsIdentity identity, String path) throws Exception {
        var context = SSLContext.getInstance("TLSv1.3");
        @Nullable KeyManager @Nullable [] keys = identity == null ? null : identity.keyManagers();
        context.init(keys, new TrustManager[] {SiteTrust.of(api.authority.certificate())}, null);
        try (var client = HttpClient.newBuilder().sslContext(context).build()) {
            return RunningApi.send(client, HttpRequest.newBuilder(api.uri(path)));
        }
    }
}
