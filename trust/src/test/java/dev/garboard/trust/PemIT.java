package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemIT {

    @TempDir
    Path directory;

    @Test
    void keysOfBothKindsAreReadAsTheyWereWritten() {
        for (var keys : List.of(KeyPairs.ecP256(), KeyPairs.rsa3072())) {
            var file = directory.resolve("key");

            Pem.writeKey(file, keys.getPrivate());

            assertEquals(keys.getPrivate(), Pem.readKey(file));
        }
    }

    @Test
    void anIdentityIsReadAsItWasWritten() {
        var authority = SiteAuthority.create(directory, "test", InstantSource.system());
        var identity = authority.issueOperator("admin", Role.ADMIN, Duration.ofDays(1));

        identity.write(directory.resolve("admin.crt"), directory.resolve("admin.key"));

        assertEquals(identity, TlsIdentity.read(directory.resolve("admin.crt"), directory.resolve("admin.key")));
    }

    @Test
    void aMissingFileIsNamed() {
        var refusal = assertThrows(TrustException.class, () -> Pem.readKey(directory.resolve("admin.key")));

        assertEquals(
                directory.resolve("admin.key")
                        + " does not exist; \"garboard init\" makes a site's keys and certificates",
                refusal.getMessage());
    }

    @Test
    void aCertificateInsteadOfAKeyIsSaid() throws Exception {
        var authority = SiteAuthority.create(directory, "test", InstantSource.system());
        var file = directory.resolve(SiteAuthority.CERTIFICATE_FILE);

        var refusal = assertThrows(TrustException.class, () -> Pem.readKey(file));

        assertEquals(file + " holds [\"CERTIFICATE\"], expected a PEM block \"PRIVATE KEY\"", refusal.getMessage());
        assertEquals(authority.certificate(), Pem.readCertificate(file));
    }

    @Test
    void anotherFormOfKeyIsRefusedWithTheCommandThatConvertsIt() throws Exception {
        var file = directory.resolve("key");
        Files.writeString(file, "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");

        var refusal = assertThrows(TrustException.class, () -> Pem.readKey(file));

        assertTrue(refusal.getMessage().contains("openssl pkcs8 -topk8 -nocrypt -in " + file), refusal::getMessage);
    }

    @Test
    void somethingElseIsNotAPemFile() throws Exception {
        var file = directory.resolve("key");
        Files.writeString(file, "hello");

        var refusal = assertThrows(TrustException.class, () -> Pem.readKey(file));

        assertTrue(refusal.getMessage().contains("is not a PEM file"), refusal::getMessage);
    }

    @Test
    void aDamagedKeyIsRefused() {
        var pem = "-----BEGIN PRIVATE KEY-----\nAAAAAAAA\n-----END PRIVATE KEY-----\n";

        var refusal = assertThrows(TrustException.class, () -> Pem.key(pem, "the key"));

        assertEquals("the key: the private key is neither EC nor RSA, or is damaged", refusal.getMessage());
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() {
        var authority = SiteAuthority.create(directory, "test", InstantSource.system());
        var alice = authority.issueOperator("alice", Role.READER, Duration.ofDays(1));
        var bob = authority.issueOperator("bob", Role.READER, Duration.ofDays(1));

        var refusal = assertThrows(TrustException.class, () -> new TlsIdentity(alice.key(), bob.chain()));

        assertTrue(refusal.getMessage().startsWith("the private key does not belong to"), refusal::getMessage);
    }

    @Test
    void theReleaseKeyIsRsaForCodeSigningAndIsNeverReplaced() throws Exception {
        var release = ReleaseKey.create(directory, "test", InstantSource.system());

        assertEquals(release, ReleaseKey.open(directory));
        assertEquals(List.of("1.3.6.1.5.5.7.3.3"), release.certificate().getExtendedKeyUsage());
        assertEquals("RSA", release.key().getAlgorithm());
        assertThrows(TrustException.class, () -> ReleaseKey.create(directory, "test", InstantSource.system()));
    }
}
