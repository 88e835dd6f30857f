package dev.garboard.inventory;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** A write under way: takes revisions and logs changes. */
final class Transaction {

    /** History is cut in steps, so that not every write deletes a row. */
    private static final int STEPS_PER_HISTORY = 10;

    /** In the log, the body of what was deleted and could not be read. */
    static final String UNREADABLE = "";

    private final Handle handle;
    private final long keptChanges;
    private boolean locked;
    private boolean kept;
    private long before;
    private long newest;

    Transaction(Handle handle, long keptChanges) {
        this.handle = handle;
        this.keptChanges = keptChanges;
    }

    Handle handle() {
        return handle;
    }

    /**
     * Locks the counter until the commit, so that revisions become visible in their order. Every writer does this before it touches
     * anything else, so writers never wait for each other in a circle.
     */
    void lock() {
        if (!locked) {
            before = handle.createQuery(
                            "UPDATE revision_counter SET revision = revision WHERE id = 1 RETURNING revision")
                    .mapTo(Long.class)
                    .one();
            newest = before;
            locked = true;
        }
    }

    /** The next revision; a transaction that takes none is not committed. */
    long takeRevision() {
        lock();
        return ++newest;
    }

    /** Commits even if no revision is taken: for what is not a resource and nobody watches. */
    void keep() {
        lock();
        kept = true;
    }

    void log(ResourceStore.Change.Type type, Resource<?, ?> resource) {
        log(List.of(new ResourceStore.Change(type, resource)));
    }

    void log(List<ResourceStore.Change> changes) {
        var batch = handle.prepareBatch(
                "INSERT INTO change_log (revision, kind, type, body) VALUES (:revision, :kind, :type, :body)");
        for (var change : changes) {
            batch.bind("revision", change.resource().metadata().resourceVersion())
                    .bind("kind", change.resource().kind().name())
                    .bind("type", change.type().name())
                    .bind("body", ResourceJson.write(change.resource()).toString())
                    .add();
        }
        batch.execute();
    }

    /** Something of this kind was deleted that could not be read: there is no resource to log, and whoever follows has to list again. */
    void logUnreadable(Kind<?, ?> kind) {
        handle.createUpdate(
                        "INSERT INTO change_log (revision, kind, type, body) VALUES (:revision, :kind, :type, :body)")
                .bind("revision", takeRevision())
                .bind("kind", kind.name())
                .bind("type", ResourceStore.Change.Type.DELETED.name())
                .bind("body", UNREADABLE)
                .execute();
    }

    /** Stores the counter, and cuts the history when its step is reached; false when there is nothing to commit. */
    boolean finish() {
        if (newest == before) {
            return kept;
        }
        handle.createUpdate("UPDATE revision_counter SET revision = :newest WHERE id = 1")
                .bind("newest", newest)
                .execute();
        var step = Math.max(1, keptChanges / STEPS_PER_HISTORY);
        var cut = newest - keptChanges;
        if (cut > 0 && newest / step != before / step) {
            handle.createUpdate("DELETE FROM change_log WHERE revision <= :cut")
                    .bind("cut", cut)
                    .execute();
            handle.createUpdate("UPDATE revision_counter SET compacted = :cut WHERE id = 1 AND compacted < :cut")
                    .bind("cut", cut)
                    .execute();
        }
        return true;
    }
}
