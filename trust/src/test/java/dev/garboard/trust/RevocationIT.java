package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate, the list for the nodes and the file beside the CA, with real certificates. */
class RevocationIT {

    private static final Instant NOW = SiteAuthorityIT.now;
    private static final InstantSource CLOCK = SiteAuthorityIT.clock;

    @TempDir
    Path directory;

    SiteAuthority authority;

    @BeforeEach
    void createAuthority() throws Exception {
        authority = SiteAuthority.create(Files.createDirectory(directory.resolve("pki")), "test", CLOCK);
    }

    private X509Certificate certificate() {
        return authority.issueOperator("alice", Role.READER, Duration.ofDays(1)).certificate();
    }

    private static Revocation of(X509Certificate certificate) {
        return new Revocation(
                Revocation.serialOf(certificate),
                Revocation.keyDigestOf(certificate),
                certificate.getNotAfter().toInstant());
    }

    @Test
    void theGateRefusesTheSerialNumberAndTheKeyOfWhatWasRevoked() {
        var gate = RevocationGate.informed(CLOCK);
        var keys = KeyPairs.ecP256();
        var request = CertificateRequest.create(keys);
        var first = authority
                .issueOperator("alice", Role.READER, request, Duration.ofDays(1))
                .getFirst();
        var second = authority
                .issueOperator("alice", Role.READER, request, Duration.ofDays(1))
                .getFirst();
        var other = certificate();
        var bySerial = certificate();

        assertTrue(gate.learn(List.of(of(first), new Revocation(Revocation.serialOf(bySerial), "", NOW))));

        assertEquals(
                CertificateFailure.Reason.REVOKED,
                gate.refusal(first).orElseThrow().reason());
        assertTrue(gate.refusal(second).isPresent());
        assertTrue(gate.refusal(bySerial).isPresent());
        assertTrue(gate.refusal(other).isEmpty());
    }

    @Test
    void theGateSaysWhatItDidNotKnowBefore() {
        var gate = RevocationGate.waiting(CLOCK);
        var one = of(certificate());
        var serialOnly = new Revocation(one.serial(), "", one.notAfter());

        assertFalse(gate.isInformed());
        assertFalse(gate.learn(List.of()));
        assertTrue(gate.isInformed());
        assertTrue(gate.learn(List.of(serialOnly)));
        assertFalse(gate.learn(List.of(serialOnly)));
        assertTrue(gate.learn(List.of(one)));
        assertFalse(gate.learn(List.of(serialOnly)));
        assertEquals(List.of(one), List.copyOf(gate.revoked()));
        assertFalse(gate.learn(List.of(new Revocation("1", "", NOW.minusSeconds(86_401)))));
        assertEquals(List.of(one), List.copyOf(gate.revoked()));
    }

    @Test
    void theGateForgetsWhatIsOverAndNothingElse() {
        var clock = new Object() {
            Instant now = NOW;
        };
        var gate = RevocationGate.informed(() -> clock.now);
        var one = certificate();
        gate.learn(List.of(of(one)));

        gate.learn(List.of());
        assertTrue(gate.refusal(one).isPresent());
        clock.now = one.getNotAfter().toInstant().plusSeconds(86_401);
        gate.learn(List.of());

        assertEquals(List.of(), List.copyOf(gate.revoked()));
        assertTrue(gate.refusal(one).isEmpty());
    }

    @Test
    void theGateCutsWhatRunsOnceAndOnlyOfTheRevoked() {
        var cut = new ArrayList<String>();
        var seen = new ArrayList<X509Certificate>();
        var gate = RevocationGate.informed(CLOCK, seen::add);
        var one = certificate();
        var other = certificate();
        gate.admit(one, () -> cut.add("ended")).close();
        gate.admit(one, () -> cut.add("one"));
        gate.admit(other, () -> cut.add("other"));

        gate.learn(List.of(of(one)));
        gate.learn(List.of(of(one)));
        assertEquals(List.of("one"), cut);
        gate.admit(one, () -> cut.add("late"));

        assertEquals(List.of("one", "late"), cut);
        assertEquals(List.of(one, one, other, one), seen);
    }

    @Test
    void aListIsBelievedWhenTheSiteSignedItAndOnlyWhole() throws Exception {
        var revoked = List.of(of(certificate()), new Revocation("0a", "", NOW));
        var list = authority.revocations(revoked);
        var elsewhere = SiteAuthority.create(Files.createDirectory(directory.resolve("other")), "other", CLOCK);

        assertEquals(Set.copyOf(revoked), Set.copyOf(list.verify(authority.certificate())));
        assertThrows(TrustException.class, () -> list.verify(elsewhere.certificate()));
        var changed = list.content();
        changed[changed.length - 2] ^= 1;
        assertThrows(
                TrustException.class,
                () -> new RevocationList(changed, list.signature()).verify(authority.certificate()));
        assertThrows(
                TrustException.class,
                () -> new RevocationList(list.content(), new byte[0]).verify(authority.certificate()));
        assertEquals(List.of(), authority.revocations(List.of()).verify(authority.certificate()));
    }

    @Test
    void theLongestListThatIsMadeIsTakenAndNoLongerOneIsMade() {
        var longest = Instant.parse("+1000000000-12-31T23:59:59.999999999Z");
        var most = IntStream.range(0, RevocationList.MOST)
                .mapToObj(i -> new Revocation("f" + String.format("%039x", i), "f".repeat(64), longest))
                .toList();

        assertEquals(
                RevocationList.MOST,
                authority.revocations(most).verify(authority.certificate()).size());
        var more = new ArrayList<>(most);
        more.add(new Revocation("1", "", NOW));
        assertThrows(TrustException.class, () -> authority.revocations(more));
    }

    @Test
    void aListThatIsTooLongIsRefusedBeforeItsSignatureIsLookedAt() {
        var refusal = assertThrows(
                TrustException.class,
                () -> new RevocationList(new byte[(2 << 20) + 1], new byte[0]).verify(authority.certificate()));

        assertEquals(
                "a list of revoked certificates has 2097153 bytes, expected at most 2097152", refusal.getMessage());
        var longest = assertThrows(
                TrustException.class,
                () -> new RevocationList(new byte[2 << 20], new byte[0]).verify(authority.certificate()));
        assertTrue(longest.getMessage().contains("is not signed by this site's CA"), longest::getMessage);
    }

    @Test
    void theFileKeepsWhatWasRevokedForItsOwnerOnly() throws Exception {
        var file = RevocationFile.in(directory);
        var revoked = List.of(of(certificate()), new Revocation("0a", "", NOW));
        assertEquals(new RevocationFile.Content(List.of(), List.of()), file.read(NOW));

        file.write(List.of(new Revocation("1", "", NOW)));
        file.write(revoked);

        var content = RevocationFile.in(directory).read(NOW);
        assertEquals(Set.copyOf(revoked), Set.copyOf(content.revoked()));
        assertEquals(List.of(), content.damaged());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
        try (var files = Files.list(directory)) {
            assertEquals(
                    List.of("pki", "revoked.txt"),
                    files.map(path -> path.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aDamagedFileIsKeptAside() throws Exception {
        var file = RevocationFile.in(directory);
        Files.writeString(file.path(), "garboard revoked certificates 1\n1 \u00ff\n", StandardCharsets.ISO_8859_1);

        var content = file.read(NOW);

        assertEquals(List.of(new Revocation("1", "", NOW)), content.revoked());
        assertEquals(1, content.damaged().size());
        assertEquals(
                -1,
                Files.mismatch(file.path(), directory.resolve("revoked.txt.damaged")),
                "the copy differs from the file");
    }

    @Test
    void aFileThatIsThereAndCannotBeReadIsNoEmptyOne() throws Exception {
        var file = RevocationFile.in(directory);
        Files.createDirectory(file.path());

        assertThrows(UncheckedIOException.class, () -> file.read(NOW));
    }
}
