package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.RevocationList;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is revoked stays so, whatever happens to the database. */
@Timeout(60)
class RevocationsIT {

    private static final Caller ADMIN = new Caller("ada", Set.of(Role.ADMIN));

    @TempDir
    private Path directory;

    private SiteAuthority authority;
    private X509Certificate alice;
    private String serial;

    @BeforeEach
    void createAuthority() {
        authority = SiteAuthority.create(directory, "test", InstantSource.system());
        alice = authority
                .issueOperator("alice", Role.OPERATOR, Duration.ofDays(1))
                .certificate();
        serial = Revocation.serialOf(alice);
    }

    private Inventory inventory() {
        return Inventory.open(directory.resolve("garboard.db").toString());
    }

    private OperatorCertificates open(Inventory inventory) {
        return OperatorCertificates.open(
                inventory.store(), authority, RevocationFile.in(directory), InstantSource.system());
    }

    private void enterAlice() {
        try (var inventory = inventory();
                var certificates = open(inventory)) {
            // As when she was let in.
            certificates.gate().admit(alice, () -> {}).close();
            for (int i = 0;
                    i < 500
                            && inventory
                                    .store()
                                    .get(Kinds.OPERATOR_CERTIFICATE, serial)
                                    .isEmpty();
                    i++) {
                Thread.sleep(10);
            }
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private void revokeAlice() {
        try (var inventory = inventory();
                var certificates = open(inventory)) {
            certificates.revoke(serial, alice, ADMIN, "lost", Reach.RENEWALS);
        }
    }

    private void sql(String statement) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("garboard.db"));
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    @Test
    void anOlderDatabaseTakesNoRevocationBackAndIsToldOfIt() throws Exception {
        enterAlice();
        Files.copy(directory.resolve("garboard.db"), directory.resolve("backup"));
        revokeAlice();
        Files.copy(directory.resolve("backup"), directory.resolve("garboard.db"), StandardCopyOption.REPLACE_EXISTING);
        for (var rest : List.of("garboard.db-wal", "garboard.db-shm")) {
            Files.deleteIfExists(directory.resolve(rest));
        }

        try (var inventory = inventory();
                var certificates = open(inventory)) {
            assertTrue(certificates.gate().refusal(alice).isPresent());
            var revoked = revoked(inventory);
            assertTrue(
                    revoked != null && revoked.reason().contains("the database had forgotten it"),
                    String.valueOf(revoked));
            assertTrue(
                    inventory.parts().reports().stream()
                            .anyMatch(part -> part.note().startsWith("the database had forgotten 1 revocations")),
                    () -> inventory.parts().reports().toString());
        }
        try (var inventory = inventory();
                var certificates = open(inventory)) {
            assertTrue(certificates.gate().refusal(alice).isPresent());
            assertTrue(inventory.parts().reports().stream()
                    .allMatch(part -> part.note().isEmpty()));
        }
    }

    @Test
    void anEmptyDatabaseTakesNoRevocationBackByTheKeyEither() throws Exception {
        revokeAlice();
        Files.delete(directory.resolve("garboard.db"));
        for (var rest : List.of("garboard.db-wal", "garboard.db-shm")) {
            Files.deleteIfExists(directory.resolve(rest));
        }

        try (var inventory = inventory();
                var certificates = open(inventory)) {
            assertTrue(certificates.gate().refusal(alice).isPresent());
            assertNotNull(revoked(inventory));
            assertEquals(
                    Revocation.keyDigestOf(alice),
                    inventory
                            .store()
                            .get(Kinds.OPERATOR_CERTIFICATE, serial)
                            .orElseThrow()
                            .spec()
                            .keyDigest());
        }
    }

    /** Whoever reads the log or the book of two servers that were put back can compare them. */
    @Test
    void whatTheDatabaseForgotIsEnteredInTheOrderOfItsNumbers() throws Exception {
        var numbers = List.of("a0", "b1", "c2", "d3", "e4", "f5", "1f", "2e", "3d");
        try (var inventory = inventory();
                var certificates = open(inventory)) {
            numbers.forEach(number -> certificates.revoke(number, null, ADMIN, "lost", Reach.ALONE));
        }
        sql("DELETE FROM change_log");
        sql("DELETE FROM resource");

        try (var inventory = inventory();
                var _ = open(inventory)) {
            assertEquals(
                    numbers.stream().sorted().toList(),
                    inventory.store().list(Kinds.OPERATOR_CERTIFICATE).items().stream()
                            .sorted(Comparator.comparingLong(
                                    row -> row.metadata().resourceVersion()))
                            .map(Resource::name)
                            .toList());
        }
    }

    @Test
    void aRowThatCannotBeReadCountsAsRevokedWithItsKey() throws Exception {
        enterAlice();
        for (var damage : List.of(
                "UPDATE resource SET body = SUBSTR(body, 1, LENGTH(body) - 1)",
                "UPDATE resource SET body = '{\"spec\":{\"nosuch\":1}}'",
                "UPDATE resource SET body = ''")) {
            sql(damage);
            try (var inventory = inventory();
                    var certificates = open(inventory)) {
                assertTrue(certificates.gate().refusal(alice).isPresent(), damage);
            }
        }
        assertEquals(
                List.of(),
                RevocationFile.in(directory)
                        .read(InstantSource.system().instant())
                        .revoked(),
                "what nobody can tell is not kept for ever");
    }

    @Test
    void aRevokedRowThatCannotBeReadStaysRevokedAndCanBeRevokedAnew() throws Exception {
        revokeAlice();
        sql("UPDATE resource SET body = '{'");
        try (var inventory = inventory();
                var certificates = open(inventory)) {
            assertTrue(certificates.gate().refusal(alice).isPresent());

            certificates.revoke(serial, null, ADMIN, "again", Reach.RENEWALS);

            var revoked = revoked(inventory);
            assertTrue(revoked != null && revoked.reason().equals("again"), String.valueOf(revoked));
        }
    }

    @Test
    void aRowThatIsGoneIsNoRevocationLess() throws Exception {
        revokeAlice();
        sql("DELETE FROM change_log");
        sql("DELETE FROM resource");

        try (var inventory = inventory();
                var certificates = open(inventory)) {
            assertTrue(certificates.gate().refusal(alice).isPresent());
            assertFalse(RevocationFile.in(directory)
                    .read(InstantSource.system().instant())
                    .revoked()
                    .isEmpty());
        }
    }

    @Test
    void theBookHasNoMoreCertificatesThanTheListMayName() {
        assertTrue(OperatorCertificateSpec.MOST <= RevocationList.MOST);
    }

    private OperatorCertificateSpec.@Nullable Revoked revoked(Inventory inventory) {
        return inventory
                .store()
                .get(Kinds.OPERATOR_CERTIFICATE, serial)
                .orElseThrow()
                .spec()
                .revoked();
    }
}
