package dev.garboard.inventory;

import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;

/** Brings the database to the schema of this program, and refuses one that is newer. */
final class Migrations {

    /** The newest of the files beside this class; a test compares. */
    static final int NEWEST = 6;

    private static final String LOCATION = "classpath:dev/garboard/inventory/sql";
    private static final String HISTORY = "garboard_schema_history";

    private Migrations() {}

    static void run(Database database) {
        // Flyway takes most of a server's start; a database that is up to date does without.
        var applied = applied(database);
        applied.stream().filter(version -> version > NEWEST).findFirst().ifPresent(version -> {
            throw new InventoryUnavailableException(
                    "database " + database.config().description()
                            + " has schema version " + version + ", and this garboard knows versions up to " + NEWEST
                            + ": a newer garboard wrote it. Start that version, or restore the backup from before the"
                            + " upgrade");
        });
        if (applied.contains(NEWEST)) {
            return;
        }
        try {
            Flyway.configure()
                    .dataSource(database.source())
                    .locations(LOCATION)
                    .table(HISTORY)
                    .load()
                    .migrate();
        } catch (FlywayException failed) {
            throw Database.unusable(database.config(), failed);
        }
    }

    /** Versions that were applied with success; none when there is no history. */
    private static List<Integer> applied(Database database) {
        try {
            return database.read(handle -> handle
                    .createQuery("SELECT version FROM " + HISTORY + " WHERE success AND version IS NOT NULL"
                            + " ORDER BY installed_rank DESC")
                    .mapTo(String.class)
                    .list()
                    .stream()
                    .map(Integer::valueOf)
                    .toList());
        } catch (JdbiException noHistory) {
            // Either a new database or one that cannot be read: Flyway makes the first, and says why of the second.
            return List.of();
        }
    }
}
