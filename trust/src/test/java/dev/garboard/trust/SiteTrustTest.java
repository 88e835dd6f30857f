package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Every way in which the JDK asks, for a certificate of this site and for one of another. */
class SiteTrustTest {

    private static final String TYPE = "ECDHE_ECDSA";
    private static Authority site;
    private static X509Certificate ours;
    private static X509Certificate theirs;

    @BeforeAll
    static void makeTwoSites() {
        var now = Instant.now();
        var other = Authority.create("other", Duration.ofDays(1), now);
        site = Authority.create("site", Duration.ofDays(1), now);
        var peer = CertificateProfile.peer("m1", List.of("m1"), List.of());
        ours = site.issue(peer, Duration.ofHours(1), now).certificate();
        theirs = other.issue(peer, Duration.ofHours(1), now).certificate();
    }

    private interface Check {
        void of(SiteTrust trust, X509Certificate[] chain) throws CertificateException;
    }

    /** The JDK asks without an engine too, where there is no handshake. */
    @SuppressWarnings("NullAway")
    private static final List<Check> CHECKS = List.of(
            (trust, chain) -> trust.checkClientTrusted(chain, TYPE),
            (trust, chain) -> trust.checkClientTrusted(chain, TYPE, new Socket()),
            (trust, chain) -> trust.checkClientTrusted(chain, TYPE, (SSLEngine) null),
            (trust, chain) -> trust.checkServerTrusted(chain, TYPE),
            (trust, chain) -> trust.checkServerTrusted(chain, TYPE, new Socket()),
            (trust, chain) -> trust.checkServerTrusted(chain, TYPE, (SSLEngine) null));

    @Test
    void everyCheckBelievesThisSiteAndNoOther() {
        var trust = SiteTrust.of(site.certificate());
        for (int i = 0; i < CHECKS.size(); i++) {
            var check = CHECKS.get(i);
            var what = "check " + i;

            assertDoesNotThrow(() -> check.of(trust, new X509Certificate[] {ours}), what);
            Executable stranger = () -> check.of(trust, new X509Certificate[] {theirs});
            var refusal = assertThrows(CertificateException.class, stranger, what);

            assertTrue(String.valueOf(refusal.getMessage()).contains("is not this site's CA"), refusal::getMessage);
        }
    }

    @Test
    void theOnlyIssuerIsTheSite() {
        assertArrayEquals(
                new X509Certificate[] {site.certificate()},
                SiteTrust.of(site.certificate()).getAcceptedIssuers());
    }

    @Test
    void aCertificateThatTheSiteIssuedButTheJdkRefusesKeepsTheJdksWords() {
        // For clients only, shown by a server.
        var client = site.issue(CertificateProfile.client("eve"), Duration.ofHours(1), Instant.now());

        var refusal = assertThrows(
                CertificateException.class,
                () -> SiteTrust.of(site.certificate())
                        .checkServerTrusted(new X509Certificate[] {client.certificate()}, TYPE));

        assertEquals("Extended key usage does not permit use for TLS server authentication", refusal.getMessage());
        assertNotNull(refusal.getCause(), "the JDK's own exception, for whoever looks for its place");
    }
}
