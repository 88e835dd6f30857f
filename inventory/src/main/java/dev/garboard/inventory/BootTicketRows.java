package dev.garboard.inventory;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The SQL of the tickets of boots. */
final class BootTicketRows {

    private BootTicketRows() {}

    static Optional<BootTicket> find(Handle handle, String session) {
        return handle.createQuery("SELECT session, digest, address, expires_at, voided_by, node_key FROM boot_ticket"
                        + " WHERE session = :session")
                .bind("session", session)
                .map((row, _) -> read(row))
                .findOne();
    }

    static void put(Handle handle, BootTicket ticket) {
        handle.createUpdate("INSERT INTO boot_ticket (session, digest, address, expires_at, voided_by, node_key)"
                        + " VALUES (:session, :digest, :address, :expires, :voided, :key)"
                        + " ON CONFLICT (session) DO UPDATE SET voided_by = :voided, node_key = :key")
                .bind("session", ticket.session())
                .bind("digest", ticket.digest())
                .bind("address", ticket.address())
                .bind("expires", ticket.expiresAt().toEpochMilli())
                .bind("voided", ticket.voidedBy())
                .bind("key", ticket.nodeKey())
                .execute();
    }

    static void delete(Handle handle, String session) {
        handle.createUpdate("DELETE FROM boot_ticket WHERE session = :session")
                .bind("session", session)
                .execute();
    }

    private static BootTicket read(ResultSet row) throws SQLException {
        return new BootTicket(
                row.getString("session"),
                row.getString("digest"),
                row.getString("address"),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                row.getString("voided_by"),
                row.getString("node_key"));
    }
}
