package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an authority in memory issues, and when it refuses to. */
class AuthorityTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final Authority authority = Authority.create("cluster-ca", Duration.ofDays(10), NOW);

    @Test
    void oneReadFromItsPemIssuesForTheSameAuthority() throws Exception {
        var read = Authority.ofPem(authority.certificatePem(), authority.keyPem(), "the vault");

        var issued = read.issue(CertificateProfile.client("kubelet", "system:nodes"), DAY, NOW);

        assertEquals(authority.certificate(), read.certificate());
        issued.certificate().verify(authority.certificate().getPublicKey());
        assertEquals(
                "O=system:nodes,CN=kubelet",
                issued.certificate().getSubjectX500Principal().getName());
    }

    @Test
    void theKeyOfAnotherIsRefused() {
        var other = Authority.create("cluster-ca", DAY, NOW);

        var refusal = assertThrows(
                TrustException.class, () -> Authority.ofPem(authority.certificatePem(), other.keyPem(), "the vault"));

        assertTrue(refusal.getMessage().startsWith("the vault: the key does not belong"), refusal::getMessage);
    }

    @Test
    void aCertificateOfNoAuthorityOpensNone() {
        var leaf = authority.issue(CertificateProfile.client("eve"), DAY, NOW);
        var certificate = Pem.ofCertificates(List.of(leaf.certificate()));
        var key = Pem.ofKey(leaf.key());

        var refusal = assertThrows(TrustException.class, () -> Authority.ofPem(certificate, key, "the vault"));

        assertTrue(refusal.getMessage().endsWith("expected one of a certificate authority"), refusal::getMessage);
    }

    @Test
    void anExpiredAuthorityIssuesNothing() {
        var end = authority.certificate().getNotAfter().toInstant();
        var profile = CertificateProfile.client("late");

        authority.issue(profile, DAY, end);

        var refusal = assertThrows(TrustException.class, () -> authority.issue(profile, DAY, end.plusSeconds(1)));
        assertTrue(refusal.getMessage().contains("expired at " + end), refusal::getMessage);
    }

    @Test
    void nothingOutlivesTheAuthority() {
        var end = authority.certificate().getNotAfter().toInstant();
        var profile = CertificateProfile.client("long");

        assertEquals(
                end,
                authority
                        .issue(profile, Duration.ofDays(99), NOW)
                        .certificate()
                        .getNotAfter()
                        .toInstant());
        assertEquals(
                NOW.plus(DAY),
                authority.issue(profile, DAY, NOW).certificate().getNotAfter().toInstant());
    }

    @Test
    void aProfileSaysWhatItsCertificateIsFor() throws Exception {
        var names = List.of("api.example");
        var addresses = List.of(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}));

        assertEquals(List.of(CLIENT_AUTH), purposes(CertificateProfile.client("c")));
        assertEquals(List.of(SERVER_AUTH), purposes(CertificateProfile.server("s", names, addresses)));
        assertEquals(List.of(SERVER_AUTH, CLIENT_AUTH), purposes(CertificateProfile.peer("p", names, addresses)));
        assertEquals(
                List.of(List.of(2, "api.example"), List.of(7, "10.0.0.1")),
                authority
                        .issue(CertificateProfile.server("s", names, addresses), DAY, NOW)
                        .certificate()
                        .getSubjectAlternativeNames()
                        .stream()
                        .toList());
    }

    private List<String> purposes(CertificateProfile profile) throws Exception {
        return authority.issue(profile, DAY, NOW).certificate().getExtendedKeyUsage();
    }

    @Test
    void aNameHas1To64Characters() {
        assertEquals("c".repeat(64), CertificateProfile.client("c".repeat(64)).commonName());
        assertThrows(TrustException.class, () -> CertificateProfile.client("c".repeat(65)));
        assertThrows(TrustException.class, () -> CertificateProfile.client(""));
    }

    @Test
    void aCertificateWithoutAPurposeIsRefused() {
        assertThrows(
                TrustException.class, () -> new CertificateProfile("c", List.of(), List.of(), List.of(), Set.of()));
    }

    @Test
    void theKeyIsInNoText() {
        assertEquals("Authority[CN=cluster-ca]", authority.toString());
        assertFalse(authority.toString().contains("PRIVATE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader", "operator", "admin", "node", "server"})
    void aRoleIsReadByItsWord(String word) {
        assertEquals(word, Role.ofWord(word).word());
    }
}
