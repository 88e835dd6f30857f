package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.Pem;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class CertificateCommandsIT {

    @TempDir
    private Path directory;

    private RunningSite site;

    @BeforeEach
    void start() {
        site = new RunningSite(directory);
    }

    @AfterEach
    void stop() {
        site.close();
    }

    @Test
    void renewsInPlaceAndRevokesTheOldOne() throws Exception {
        var kubeconfig = site.kubeconfig(site.person(Role.READER), 1);
        var copy = Files.copy(kubeconfig, directory.resolve("copy"));
        var before = Kubeconfig.read(kubeconfig).identity();

        var renewed = RunningSite.run("certificate", "renew", "-o", "json", "--kubeconfig=" + kubeconfig);

        assertEquals(0, renewed.code(), renewed.err());
        var after = Kubeconfig.read(kubeconfig).identity();
        assertEquals("alice (reader)", after.caller().describe());
        assertNotEquals(before.certificate().getPublicKey(), after.certificate().getPublicKey());
        assertEquals(
                Revocation.serialOf(after.certificate()),
                new JsonMapper().readTree(renewed.out()).path("serial").asString());
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(kubeconfig));
        var old = RunningSite.run("machine", "list", "--kubeconfig=" + copy);
        assertEquals(4, old.code(), old.out());
        assertTrue(old.err().contains("was revoked"), old.err());
        assertEquals(
                0,
                RunningSite.run("machine", "list", "--kubeconfig=" + kubeconfig).code());
    }

    @Test
    void keepsTheOldOneWhenAsked() throws Exception {
        var kubeconfig = site.kubeconfig(site.person(Role.READER), 1);
        var copy = Files.copy(kubeconfig, directory.resolve("copy"));

        var renewed = RunningSite.run("certificate", "renew", "--keep-old", "--kubeconfig=" + kubeconfig);

        assertEquals(0, renewed.code(), renewed.err());
        assertEquals(
                0, RunningSite.run("machine", "list", "--kubeconfig=" + copy).code());
    }

    @Test
    void revokesBySerialAndByFileAndLists() throws Exception {
        var alice = site.person(Role.READER);
        var bob = site.person(Role.OPERATOR);
        var file = Files.writeString(directory.resolve("bob.crt"), Pem.ofCertificates(List.of(bob.certificate())));
        var serial = Revocation.serialOf(alice.certificate());

        var bySerial = site.runAs(Role.ADMIN, "certificate", "revoke", serial, "--reason=laptop lost");
        var byFile = site.runAs(Role.ADMIN, "certificate", "revoke", "--file=" + file);
        var list = site.runAs(Role.READER, "certificate", "list");
        var notAdmin = site.runAs(Role.OPERATOR, "certificate", "revoke", serial);
        var neither = site.runAs(Role.ADMIN, "certificate", "revoke");
        var noSerial = site.runAs(Role.ADMIN, "certificate", "revoke", "xyz");

        assertEquals("certificate " + serial + ": revoked\n", bySerial.out(), bySerial.err());
        assertEquals(0, byFile.code(), byFile.err());
        assertTrue(
                list.out().lines().anyMatch(line -> line.startsWith(serial) && line.contains("alice: laptop lost")),
                list.out());
        assertEquals(4, notAdmin.code(), notAdmin.err());
        assertEquals(2, neither.code());
        assertEquals(2, noSerial.code());
        for (var revoked : List.of(alice, bob)) {
            var refused = RunningSite.run("machine", "list", "--kubeconfig=" + site.kubeconfig(revoked, 1));
            assertEquals(4, refused.code(), refused.out());
        }
    }

    @Test
    void issuesToSomebodyElseAndRevokesTheirFormerOne() throws Exception {
        var first =
                site.runAs(Role.ADMIN, "certificate", "renew", "--name=bob", "--role=operator", "--out=" + directory);
        var former = Pem.readCertificate(directory.resolve("bob.crt"));
        var second =
                site.runAs(Role.ADMIN, "certificate", "renew", "--name=bob", "--role=operator", "--out=" + directory);
        var list = site.runAs(Role.READER, "certificate", "list");

        assertEquals(0, first.code(), first.err());
        assertTrue(second.out().contains("1 former revoked"), second.out() + second.err());
        assertTrue(
                list.out()
                        .lines()
                        .anyMatch(line -> line.startsWith(Revocation.serialOf(former)) && line.contains("replaced by")),
                list.out());
    }

    @Test
    void anAdministratorWhoseCertificateIsLostGetsAnotherFromTheSitesDirectory() throws Exception {
        var made = directory.resolve("made");
        assertEquals(
                0,
                RunningSite.run("init", made.toString(), "--address=192.0.2.1", "--interface=boot0")
                        .code());
        var before = Kubeconfig.read(made.resolve("kubeconfig")).identity();

        var renewed = RunningSite.run("certificate", "renew", "--site=" + made);

        assertEquals(0, renewed.code(), renewed.err());
        var after = Kubeconfig.read(made.resolve("kubeconfig"));
        assertEquals("admin (admin)", after.identity().caller().describe());
        after.identity().certificate().verify(after.siteCa().getPublicKey());
        assertTrue(renewed.out().contains(Revocation.serialOf(before.certificate())), renewed.out());
        assertEquals(after.identity().certificate(), Pem.readCertificate(made.resolve("pki/admin.crt")));
    }
}
