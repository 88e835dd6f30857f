package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
    void aRequestThatWasCutIsRefusedWithTheModulesOwnException() {
        var request = CertificateRequest.create(KeyPairs.ecP256());

        for (int length = 0; length < request.length; length++) {
            var cut = Arrays.copyOf(request, length);
            assertThrows(TrustException.class, () -> RequestedKey.verify(cut));
        }
    }

    /** A damage may be healed when BouncyCastle writes the request anew to verify it; what it never makes is another key. */
    @Test
    void noDamagedBitMakesAnotherKeyAndNoneOfTheKeyOrTheSignaturePasses() {
        var keys = KeyPairs.ecP256();
        var request = CertificateRequest.create(keys);
        var key = keys.getPublic().getEncoded();
        int keyAt = Collections.indexOfSubList(boxed(request), boxed(key));
        int signatureAt = request.length - 64;
        assertTrue(keyAt > 0 && keyAt + key.length < signatureAt);

        for (int bit = 0; bit < request.length * 8; bit++) {
            var damaged = request.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            boolean covered = (bit / 8 >= keyAt && bit / 8 < keyAt + key.length) || bit / 8 >= signatureAt;
            int at = bit;
            try {
                var read = RequestedKey.verify(damaged);
                assertArrayEquals(key, read.getEncoded());
                assertFalse(covered, () -> "bit " + at + " was damaged, and the request passed");
            } catch (TrustException expected) {
                assertTrue(expected.getMessage().startsWith("the certificate request "), expected::getMessage);
            }
        }
    }

    private static List<Byte> boxed(byte[] bytes) {
        var list = new ArrayList<Byte>();
        for (byte one : bytes) {
            list.add(one);
        }
        return list;
    }

    @Test
    void aKeyOnAnotherCurveIsRefused() throws Exception {
        for (var curve : List.of("secp384r1", "secp521r1")) {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            var request = CertificateRequest.create(generator.generateKeyPair());

            var refusal = assertThrows(TrustException.class, () -> authority.issueNode("m", request, null));

            assertEquals("the certificate request holds a key for EC, expected EC on P-256", refusal.getMessage());
        }
    }

    @Test
    void anotherCurveOf256BitsIsNotP256() throws Exception {
        var p256 = (ECPublicKey) KeyPairs.ecP256().getPublic();
        var other = new OtherCurve(p256);

        assertEquals(256, other.getParams().getOrder().bitLength());
        assertTrue(KeyPairs.isP256(p256));
        assertFalse(KeyPairs.isP256(other));
    }

    /** A key that says it is on secp256k1 (SEC 2, section 2.4.1), which the JDK has not. */
    private record OtherCurve(ECPublicKey key) implements ECPublicKey {

        @Override
        public ECParameterSpec getParams() {
            var field = new ECFieldFp(
                    new BigInteger("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F", 16));
            var generator = new ECPoint(
                    new BigInteger("79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798", 16),
                    new BigInteger("483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8", 16));
            return new ECParameterSpec(
                    new EllipticCurve(field, BigInteger.ZERO, BigInteger.valueOf(7)),
                    generator,
                    new BigInteger("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", 16),
                    1);
        }

        @Override
        public ECPoint getW() {
            return key.getW();
        }

        @Override
        public String getAlgorithm() {
            return key.getAlgorithm();
        }

        @Override
        public String getFormat() {
            return key.getFormat();
        }

        @Override
        public byte[] getEncoded() {
            return key.getEncoded();
        }
    }

    @Test
    void anExpiredAuthorityIssuesNothing() {
        var end = authority.certificate().getNotAfter().toInstant();
        var late = SiteAuthority.open(directory, InstantSource.fixed(end.plusSeconds(1)));

        var refusal =
                assertThrows(TrustException.class, () -> late.issueOperator("a", Role.READER, Duration.ofDays(1)));

        assertEquals("the site CA expired at " + end + "; it cannot issue certificates any more", refusal.getMessage());
        assertThrows(
                TrustException.class, () -> late.issueNode("m", CertificateRequest.create(KeyPairs.ecP256()), null));
    }

    @Test
    void aCertificateThatIsNoAuthoritysIsNotOpened() throws Exception {
        var leaf = authority.issueServer(List.of(), List.of());
        var other = Files.createDirectory(directory.resolve("other"));
        leaf.write(other.resolve(SiteAuthority.CERTIFICATE_FILE), other.resolve(SiteAuthority.KEY_FILE));

        var refusal = assertThrows(TrustException.class, () -> SiteAuthority.open(other, clock));

        assertTrue(refusal.getMessage().endsWith("expected one of a certificate authority"), refusal::getMessage);
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
    void aNameHasUpToSixtyFourCharacters() {
        var longest = "a".repeat(64);

        assertEquals(
                longest,
                authority
                        .issueOperator(longest, Role.READER, Duration.ofDays(1))
                        .caller()
                        .name());
        assertThrows(
                TrustException.class, () -> authority.issueOperator(longest + "a", Role.READER, Duration.ofDays(1)));
    }

    @Test
    void aNameCannotSmuggleInARole() {
        var identity = authority.issueOperator("eve,O=garboard:admin", Role.READER, Duration.ofDays(1));

        assertEquals(new Caller("eve,O=garboard:admin", Set.of(Role.READER)), identity.caller());
    }
}
