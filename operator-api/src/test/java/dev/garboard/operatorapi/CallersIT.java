package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.Caller;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and certificates are real ones, and the site's lie in files. */
class CallersIT {

    private static final X509Certificate[] NOTHING = {};

    @TempDir
    private Path directory;

    private SiteAuthority authority;
    private RevocationGate gate;
    private X509Certificate alice;
    private Callers callers;

    @BeforeEach
    void createSite() {
        authority = SiteAuthority.create(directory, "test", InstantSource.system());
        gate = RevocationGate.informed(InstantSource.system(), _ -> {});
        alice = authority
                .issueOperator("alice", Role.OPERATOR, Duration.ofDays(1))
                .certificate();
        callers = new Callers(authority.certificate(), gate);
    }

    private Refusal refusal(X509Certificate... chain) {
        var refusal = assertThrows(RefusedException.class, () -> callers.authenticate(chain))
                .refusal();
        assertEquals(401, refusal.code());
        return refusal;
    }

    @Test
    void aCertificateOfTheSiteSaysWhoCalls() {
        assertEquals(new Caller("alice", Set.of(Role.OPERATOR)), callers.authenticate(new X509Certificate[] {alice}));
        assertEquals(alice.getSubjectX500Principal().getName(), callers.subject(new X509Certificate[] {alice}));
    }

    @Test
    void whoShowsNothingIsToldWhatToUse() {
        assertTrue(refusal(NOTHING).message().contains("use the kubeconfig that garboard init wrote"));
        assertNull(callers.subject(NOTHING));
    }

    @Test
    void aCertificateOfAnotherSiteIsNobodys() throws Exception {
        var elsewhere = SiteAuthority.create(
                Files.createDirectory(directory.resolve("elsewhere")), "test", InstantSource.system());
        var mallory = elsewhere
                .issueOperator("mallory", Role.ADMIN, Duration.ofDays(1))
                .certificate();

        assertTrue(refusal(mallory).message().contains("not this site's CA"), refusal(mallory)::message);
        assertNull(callers.subject(new X509Certificate[] {mallory}));
    }

    @Test
    void aRevokedCertificateIsRefusedHoweverOftenItWasLetIn() {
        callers.authenticate(new X509Certificate[] {alice});

        gate.learn(List.of(new Revocation(
                Revocation.serialOf(alice), "", alice.getNotAfter().toInstant())));

        assertTrue(refusal(alice).message().contains("was revoked"), refusal(alice)::message);
        assertThrows(RefusedException.class, () -> Callers.requireValid(alice, gate));
        assertNull(callers.subject(new X509Certificate[] {alice}));
    }

    /** The handshake lets everybody through, so that the answer can say what is wrong; as a client nobody is believed. */
    @Test
    void theHandshakeIsNoPlaceForAnAnswer() throws Exception {
        var trust = new Callers.Deferred();

        trust.checkClientTrusted(NOTHING, "UNKNOWN");
        assertEquals(0, trust.getAcceptedIssuers().length);
        var shown = new X509Certificate[] {alice};
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(shown, "UNKNOWN"));
        assertThrows(
                CertificateException.class, () -> trust.checkServerTrusted(shown, "UNKNOWN", new java.net.Socket()));
        assertThrows(
                CertificateException.class,
                () -> trust.checkServerTrusted(
                        shown, "UNKNOWN", javax.net.ssl.SSLContext.getDefault().createSSLEngine()));
    }
}
