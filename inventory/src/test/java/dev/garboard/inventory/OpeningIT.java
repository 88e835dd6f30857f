package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be wrong with a database is told with its remedy. */
class OpeningIT {

    @TempDir
    Path directory;

    @Test
    void aDatabaseOfANewerProgramIsRefused() throws Exception {
        var file = directory.resolve("garboard.db");
        Inventory.open(file.toString()).close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("INSERT INTO garboard_schema_history (installed_rank, version, description, type, script,"
                    + " checksum, installed_by, execution_time, success)"
                    + " VALUES (99, '99', 'future', 'SQL', 'V99__future.sql', 1, 'x', 1, 1)");
        }

        var refusal = assertThrows(InventoryUnavailableException.class, () -> Inventory.open(file.toString()));

        assertTrue(
                String.valueOf(refusal.getMessage())
                        .startsWith(
                                "database " + file + " has schema version 99, and this garboard knows versions up to "),
                refusal.getMessage());
    }

    @Test
    void aNewDatabaseHasTheNewestSchema() throws Exception {
        var file = directory.resolve("garboard.db");
        Inventory.open(file.toString()).close();

        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT MAX(CAST(version AS INTEGER)) FROM garboard_schema_history")) {
            assertEquals(Migrations.NEWEST, row.getInt(1));
        }
    }

    @Test
    void aFileInUseIsRefused() {
        var file = directory.resolve("garboard.db");

        try (var first = Inventory.open(file.toString())) {
            var refusal = assertThrows(InventoryUnavailableException.class, () -> Inventory.open(file.toString()));

            assertEquals(
                    "database " + file
                            + " is in use by this process; one SQLite file serves one server. Stop that server,"
                            + " or use the operator API while it runs",
                    refusal.getMessage());
            assertEquals(0, first.store().revision());
        }
        Inventory.open(file.toString()).close();
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws Exception {
        var file = directory.resolve("garboard.db");
        Files.writeString(file, "this is a text file that somebody put where the database belongs".repeat(100));

        var refusal = assertThrows(InventoryUnavailableException.class, () -> Inventory.open(file.toString()));

        assertTrue(String.valueOf(refusal.getMessage()).contains("file is not a database"), refusal.getMessage());
        Files.delete(file);
        Inventory.open(file.toString()).close();
    }

    @Test
    void aServerThatIsNotThereIsRefusedWithoutThePassword() {
        var refusal = assertThrows(
                InventoryUnavailableException.class,
                () -> Inventory.open("jdbc:postgresql://127.0.0.1:1/site?user=u&password=secret&connectTimeout=1"));

        var message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith("cannot open database jdbc:postgresql://127.0.0.1:1/site: "), message);
        assertTrue(!message.contains("secret"), message);
    }

    @Test
    void whatWasAcknowledgedSurvivesTheKillOfTheProcess() throws Exception {
        var file = directory.resolve("garboard.db");
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        LeaseWriter.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = 0;
        try (var lines = process.inputReader()) {
            while (acknowledged < 200) {
                acknowledged = Long.parseLong(lines.readLine());
            }
            var refusal = assertThrows(InventoryUnavailableException.class, () -> Inventory.open(file.toString()));
            assertTrue(
                    String.valueOf(refusal.getMessage()).contains("in use by process " + process.pid()),
                    refusal.getMessage());
            // Not of the process: that would close the stream with what it still said.
            process.toHandle().destroyForcibly();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged = Long.parseLong(line);
            }
        }
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));

        try (var inventory = Inventory.open(file.toString())) {
            assertTrue(inventory.leases().load().size() >= acknowledged);
        }
    }

    /** Commits lease after lease and says so, until it is killed. */
    static final class LeaseWriter {

        private LeaseWriter() {}

        public static void main(String[] arguments) {
            var inventory = Inventory.open(arguments[0]);
            for (int i = 1; i < 40_000; i++) {
                inventory
                        .leases()
                        .commit(Samples.leaseSpec(i))
                        .toCompletableFuture()
                        .join();
                System.out.println(i);
            }
            inventory.close();
        }
    }
}
