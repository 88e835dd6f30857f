package dev.garboard.inventory;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the inventory lives and its bounds.
 *
 * @param database path of the SQLite file, or a {@code jdbc:postgresql:} URL
 * @param keptChanges how many changes a watch can resume over
 * @param sessionsPerMachine how many boot sessions are kept for each MAC address of each sort: begun, with a ticket handed out, of a node
 * @param maxSessions how many boot sessions are kept in all; those of machines that run stay also beyond it
 * @param poll how often changes of other servers are looked for (PostgreSQL)
 */
public record InventoryConfig(
        String database, long keptChanges, int sessionsPerMachine, int maxSessions, Duration poll) {

    private static final String POSTGRES = "jdbc:postgresql:";

    /** With some thousand bytes each, a flood of made-up machines fills about as much as an image. */
    private static final int MAX_SESSIONS = 50_000;

    public InventoryConfig {
        if (keptChanges < 100) {
            throw new IllegalArgumentException("keptChanges is " + keptChanges + ", expected 100 or more");
        }
        if (sessionsPerMachine < 1) {
            throw new IllegalArgumentException("sessionsPerMachine is " + sessionsPerMachine + ", expected 1 or more");
        }
        if (maxSessions < 1) {
            throw new IllegalArgumentException("maxSessions is " + maxSessions + ", expected 1 or more");
        }
    }

    /** The usual bounds. */
    public static InventoryConfig of(String database) {
        return new InventoryConfig(database, 10_000, 50, MAX_SESSIONS, Duration.ofMillis(500));
    }

    boolean isPostgres() {
        return database.startsWith(POSTGRES);
    }

    Path file() {
        var path = database.startsWith("jdbc:sqlite:") ? database.substring("jdbc:sqlite:".length()) : database;
        return Path.of(path).toAbsolutePath().normalize();
    }

    /** For messages: without the parameters, among which may be a password. */
    String description() {
        if (!isPostgres()) {
            return file().toString();
        }
        int parameters = database.indexOf('?');
        return parameters < 0 ? database : database.substring(0, parameters);
    }

    @Override
    public String toString() {
        return "InventoryConfig[" + description() + "]";
    }
}
