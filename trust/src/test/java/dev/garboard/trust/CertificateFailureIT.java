package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.CertificateFailure.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CertificateFailureIT {

    @TempDir
    Path directory;

    SiteAuthority authority;
    SiteAuthority otherSite;

    @BeforeEach
    void createSites() throws Exception {
        authority = SiteAuthority.create(Files.createDirectory(directory.resolve("a")), "test", InstantSource.system());
        otherSite = SiteAuthority.create(Files.createDirectory(directory.resolve("b")), "test", InstantSource.system());
    }

    @Test
    void aCertificateOfThisSiteIsGood() {
        var alice = authority.issueOperator("alice", Role.READER, Duration.ofDays(1));

        assertEquals(Optional.empty(), failure(alice, Instant.now()));
    }

    @Test
    void anotherSitesCertificateIsKnownByItsSignatureEvenWhenTheSitesHaveOneName() {
        var alice = otherSite.issueOperator("alice", Role.ADMIN, Duration.ofDays(1));

        assertEquals(Optional.of(Reason.OTHER_SITE), failure(alice, Instant.now()));
    }

    @Test
    void anExpiredCertificateSaysSince() {
        var alice = authority.issueOperator("alice", Role.READER, Duration.ofDays(1));

        var failure = CertificateFailure.of(
                alice.certificate(), authority.certificate(), Instant.now().plus(Duration.ofDays(2)));

        assertEquals(Optional.of(Reason.EXPIRED), failure.map(CertificateFailure::reason));
        assertTrue(failure.orElseThrow()
                .message()
                .startsWith("the certificate of alice (reader) expired at " + alice.notAfter()));
    }

    @Test
    void aCertificateFromTheFutureBlamesAClock() {
        var alice = authority.issueOperator("alice", Role.READER, Duration.ofDays(1));

        assertEquals(
                Optional.of(Reason.NOT_YET_VALID), failure(alice, Instant.now().minus(Duration.ofHours(1))));
    }

    @Test
    void tooSmallARoleNamesBothRoles() {
        var caller = new Caller("bob", Set.of(Role.READER));

        var failure = CertificateFailure.ofRole(caller, Role.OPERATOR, "Reboot");

        assertEquals(
                Optional.of(new CertificateFailure(
                        Reason.ROLE_TOO_SMALL, "Reboot needs the role operator; bob has reader")),
                failure);
    }

    @Test
    void tlsLetsPeersOfOneSiteTalk() throws Exception {
        var client = authority
                .issueOperator("alice", Role.READER, Duration.ofDays(1))
                .sslContext(authority.certificate());

        assertEquals("alice", handshake(client));
    }

    @Test
    void tlsRefusesAnotherSitesClientAndTheClientCanTellWhy() {
        var alice = otherSite.issueOperator("alice", Role.ADMIN, Duration.ofDays(1));

        var refusal = refusalOf(alice.sslContext(authority.certificate()));

        assertEquals(
                Optional.of(Reason.OTHER_SITE),
                CertificateFailure.explain(refusal, alice.certificate(), authority.certificate(), Instant.now())
                        .map(CertificateFailure::reason));
    }

    @Test
    void tlsRefusesAClientWithoutACertificate() {
        var refusal = refusalOf(SiteTrust.of(authority.certificate()).anonymousSslContext());

        assertEquals(
                Optional.of(Reason.MISSING),
                CertificateFailure.explain(refusal, null, authority.certificate(), Instant.now())
                        .map(CertificateFailure::reason));
    }

    @Test
    void tlsRefusesAnExpiredClient() {
        var clock = InstantSource.fixed(Instant.now().minus(Duration.ofDays(3)));
        var alice = SiteAuthority.open(directory.resolve("a"), clock)
                .issueOperator("alice", Role.READER, Duration.ofDays(1));

        var refusal = refusalOf(alice.sslContext(authority.certificate()));

        assertEquals(
                Optional.of(Reason.EXPIRED),
                CertificateFailure.explain(refusal, alice.certificate(), authority.certificate(), Instant.now())
                        .map(CertificateFailure::reason));
    }

    @Test
    void aClientRefusesTheServerOfAnotherSiteInWords() {
        var alice = otherSite.issueOperator("alice", Role.ADMIN, Duration.ofDays(1));

        var refusal = refusalOf(alice.sslContext(otherSite.certificate()));

        var failure = CertificateFailure.explain(refusal, null, otherSite.certificate(), Instant.now());
        assertEquals(Optional.of(Reason.PEER_NOT_BELIEVED), failure.map(CertificateFailure::reason));
        assertTrue(failure.orElseThrow().message().contains("is not this site's CA"));
    }

    private Optional<Reason> failure(TlsIdentity identity, Instant now) {
        return CertificateFailure.of(identity.certificate(), authority.certificate(), now)
                .map(CertificateFailure::reason);
    }

    private SSLException refusalOf(SSLContext client) {
        return assertThrows(SSLException.class, () -> handshake(client));
    }

    /** A real handshake over loopback; the server answers one byte, so that a TLS 1.3 client learns that it was refused. */
    private String handshake(SSLContext client) throws Exception {
        var loopback = InetAddress.getLoopbackAddress();
        var identity = authority.issueServer(List.of("localhost"), List.of(loopback));
        var context = identity.sslContext(authority.certificate());
        try (var listener = new ServerSocket(0, 1, loopback)) {
            var peer = CompletableFuture.supplyAsync(() -> answerOnce(listener, context));
            try (var plain = new Socket(loopback, listener.getLocalPort());
                    var socket = (SSLSocket)
                            client.getSocketFactory().createSocket(plain, "localhost", listener.getLocalPort(), true)) {
                socket.startHandshake();
                if (socket.getInputStream().read() < 0) {
                    throw new SSLException("closed without an answer");
                }
            }
            return peer.get();
        }
    }

    private static String answerOnce(ServerSocket listener, SSLContext context) {
        try (var plain = listener.accept()) {
            try {
                var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, false);
                socket.setNeedClientAuth(true);
                socket.startHandshake();
                var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
                socket.getOutputStream().write(1);
                return Caller.of(certificate).name();
            } catch (IOException refused) {
                // Were it closed at once, a client that is still writing would see a broken pipe instead of the alert.
                plain.shutdownOutput();
                plain.getInputStream().transferTo(OutputStream.nullOutputStream());
                return "refused";
            }
        } catch (IOException gone) {
            return "gone";
        }
    }
}
