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

    /** Deletes all but the newest sessions of a machine. */
    static void retain(Transaction transaction, String mac, int newest) {
        var handle = transaction.handle();
        var old = handle
                .createQuery("SELECT id FROM boot_session WHERE mac = :mac ORDER BY started_at DESC, id")
                .bind("mac", mac)
                .mapTo(String.class)
                .list()
                .stream()
                .skip(newest)
                .toList();
        for (var id : old) {
            ResourceRows.find(handle, Kinds.BOOT_SESSION, id)
                    .ifPresent(session -> ResourceRows.delete(transaction, session));
            BootTicketRows.delete(handle, id);
            handle.createUpdate("DELETE FROM boot_session WHERE id = :id")
                    .bind("id", id)
                    .execute();
        }
    }
}
