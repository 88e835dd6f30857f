package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteAuthorityIT {

    static final Instant now = Instant.parse("2026-11-23T12:00:00Z");
    static final InstantSource clock = InstantSource.fixed(now);

    @TempDir
    Path directory;

    SiteAuthority authority;

    @BeforeEach
    void createAuthority() {
        authority = SiteAuthority.create(directory, "test", clock);
    }

    @Test
    void theCaMaySignCertificatesAndNothingBelowItMay() {
        var certificate = authority.certificate();

        assertEquals(0, certificate.getBasicConstraints());
        assertArrayEquals(
                new boolean[] {false, false, false, false, false, true, true, false, false}, certificate.getKeyUsage());
        assertEquals(
                "CN=Garboard site CA of test",
                certificate.getSubjectX500Principal().getName());
    }

    @Test
    void keysAreReadableByTheirOwnerOnly() throws Exception {
        var permissions = Files.getPosixFilePermissions(directory.resolve(SiteAuthority.KEY_FILE));

        assertEquals("rw-------", PosixFilePermissions.toString(permissions));
        try (var files = Files.list(directory)) {
            assertEquals(
                    List.of("site-ca.crt", "site-ca.key"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void anExistingAuthorityIsNeverReplaced() {
        var refusal = assertThrows(TrustException.class, () -> SiteAuthority.create(directory, "test", clock));

        assertTrue(refusal.getMessage().contains("site-ca.crt exists"), refusal::getMessage);
    }

    @Test
    void aReopenedAuthorityIssuesForTheSameSite() {
        var reopened = SiteAuthority.open(directory, clock);

        var identity = reopened.issueOperator("alice", Role.OPERATOR, Duration.ofDays(1));

        assertEquals(authority.certificate(), reopened.certificate());
        assertEquals(Optional.empty(), CertificateFailure.of(identity.certificate(), authority.certificate(), now));
        assertEquals(new Caller("alice", Set.of(Role.OPERATOR)), identity.caller());
    }

    @Test
    void theServerCertificateNamesItsHostsAndAddresses() throws Exception {
        var identity = authority.issueServer(List.of("boot.example"), List.of(InetAddress.getByName("192.0.2.1")));

        var names = identity.certificate().getSubjectAlternativeNames().stream()
                .map(name -> name.get(0) + " " + name.get(1))
                .sorted()
                .toList();
        assertEquals(List.of("2 boot.example", "2 garboard-server", "7 192.0.2.1"), names);
        assertEquals(new Caller("garboard-server", Set.of(Role.SERVER)), identity.caller());
        assertEquals(
                List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"),
                identity.certificate().getExtendedKeyUsage());
        assertEquals(
                now.minus(Duration.ofMinutes(5)),
                identity.certificate().getNotBefore().toInstant());
        assertEquals(now.plus(Duration.ofDays(90)), identity.notAfter());
    }

    @Test
    void aNodesRequestBecomesACertificateForItsKeyUnderTheServersName() throws Exception {
        var keys = KeyPairs.ecP256();
        var request = CertificateRequest.create(keys);

        var chain = authority.issueNode("rack1-u3", request, InetAddress.getByName("192.0.2.7"));

        var identity = new TlsIdentity(keys.getPrivate(), chain);
        assertEquals(new Caller("rack1-u3", Set.of(Role.NODE)), identity.caller());
        assertEquals(now.plus(Duration.ofHours(24)), identity.notAfter());
        assertEquals(-1, identity.certificate().getBasicConstraints());
        assertEquals(authority.certificate(), chain.getLast());
        identity.certificate().verify(authority.certificate().getPublicKey());
    }

    @Test
    void bouncyCastleReadsTheRequestAsItWasWritten() throws Exception {
        var keys = KeyPairs.ecP256();

        var request = new PKCS10CertificationRequest(CertificateRequest.create(keys));

        assertEquals("", request.getSubject().toString());
        assertArrayEquals(
                keys.getPublic().getEncoded(), request.getSubjectPublicKeyInfo().getEncoded());
    }

    @Test
    void aRequestSignedByAnotherKeyIsRefused() {
        var request = CertificateRequest.create(KeyPairs.ecP256());
        request[request.length - 1] ^= 1;

        var refusal = assertThrows(TrustException.class, () -> authority.issueNode("m", request, null));

        assertTrue(refusal.getMessage().startsWith("the certificate request is not"), refusal::getMessage);
    }

    @Test
    void anyDamagedRequestIsRefusedWithTheModulesOwnException() {
        var request = CertificateRequest.create(KeyPairs.ecP256());

        for (int length = 0; length < request.length; length++) {
            var cut = Arrays.copyOf(request, length);
            assertThrows(TrustException.class, () -> RequestedKey.verify(cut));
        }
        var random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            var damaged = request.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                RequestedKey.verify(damaged);
            } catch (TrustException expected) {
                assertFalse(expected.getMessage().isEmpty());
            }
        }
    }

    @Test
    void serialNumbersDiffer() {
        var first =
                authority.issueOperator("a", Role.READER, Duration.ofDays(1)).certificate();
        var second =
                authority.issueOperator("a", Role.READER, Duration.ofDays(1)).certificate();

        assertNotEquals(first.getSerialNumber(), second.getSerialNumber());
        assertEquals(127, first.getSerialNumber().bitLength());
    }

    @Test
    void nothingOutlivesTheAuthority() {
        var identity = authority.issueOperator("a", Role.READER, Duration.ofDays(10_000));

        assertEquals(authority.certificate().getNotAfter().toInstant(), identity.notAfter());
    }

    @Test
    void aPersonCannotBeANode() {
        var refusal =
                assertThrows(TrustException.class, () -> authority.issueOperator("a", Role.NODE, Duration.ofDays(1)));

        assertEquals("a person cannot have the role node; choose reader, operator or admin", refusal.getMessage());
    }

    @Test
    void aNameCannotSmuggleInARole() {
        var identity = authority.issueOperator("eve,O=garboard:admin", Role.READER, Duration.ofDays(1));

        assertEquals(new Caller("eve,O=garboard:admin", Set.of(Role.READER)), identity.caller());
    }
}
