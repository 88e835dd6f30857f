package dev.garboard.inventory;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The SQL of the table that orders boot sessions. */
final class BootSessionRows {

    private BootSessionRows() {}

    /** The newest session of every machine and all that began after that time, oldest first. */
    static List<BootSession> recent(Handle handle, Instant since, int limit) {
        return handle.createQuery(
                        "SELECT r.body FROM boot_session b JOIN resource r ON r.kind = :kind AND r.name = b.id"
                                + " WHERE b.started_at > :since OR NOT EXISTS"
                                + " (SELECT 1 FROM boot_session n WHERE n.mac = b.mac AND n.started_at > b.started_at)"
                                + " ORDER BY b.started_at DESC LIMIT :limit")
                .bind("kind", Kinds.BOOT_SESSION.name())
                .bind("since", since.toEpochMilli())
                .bind("limit", limit)
                .mapTo(String.class)
                .map(body -> BootSession.of(ResourceRows.read(Kinds.BOOT_SESSION, body)))
                .list()
                .reversed();
    }

    static void insert(Transaction transaction, BootSession session) {
        transaction
                .handle()
                .createUpdate("INSERT INTO boot_session (id, mac, started_at) VALUES (:id, :mac, :started)")
                .bind("id", session.id())
                .bind("mac", session.spec().mac())
                .bind("started", session.spec().startedAt().toEpochMilli())
                .execute();
    }

    /** The sessions of a network card, newest first. */
    static List<BootSessionRetention.Kept> ofCard(Handle handle, String mac) {
        return handle.createQuery("SELECT b.id, t.session, t.node_key FROM boot_session b"
                        + " LEFT JOIN boot_ticket t ON t.session = b.id"
                        + " WHERE b.mac = :mac ORDER BY b.started_at DESC, b.id")
                .bind("mac", mac)
                .map((row, _) -> new BootSessionRetention.Kept(
                        row.getString("id"),
                        BootSessionRetention.Sort.of(
                                row.getString("session") != null, row.getString("node_key") != null)))
                .list();
    }

    static int count(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM boot_session")
                .mapTo(Integer.class)
                .one();
    }

    /** All sessions, those first that are missed least. */
    static List<String> leastWorthFirst(Handle handle) {
        // A quote within a text is escaped, so this is the field: sessions of machines that are known have it.
        return handle.createQuery("SELECT b.id FROM boot_session b LEFT JOIN boot_ticket t ON t.session = b.id"
                        + " LEFT JOIN resource r ON r.kind = :kind AND r.name = b.id"
                        + " ORDER BY CASE WHEN t.node_key IS NOT NULL THEN 2"
                        + " WHEN COALESCE(r.body, '') LIKE '%\"machine\":\"%' THEN 1 ELSE 0 END,"
                        + " b.started_at, b.id")
                .bind("kind", Kinds.BOOT_SESSION.name())
                .mapTo(String.class)
                .list();
    }

    /** Its place in the order, and its ticket. */
    static void delete(Handle handle, String id) {
        BootTicketRows.delete(handle, id);
        handle.createUpdate("DELETE FROM boot_session WHERE id = :id")
                .bind("id", id)
                .execute();
    }
}
