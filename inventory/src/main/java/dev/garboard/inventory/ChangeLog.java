package dev.garboard.inventory;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads the log of changes. */
final class ChangeLog {

    private ChangeLog() {}

    /** Changes after a revision, up to {@code newest}; when the page is full there may be more. */
    record Page(List<ResourceStore.Change> changes, long newest) {}

    static long revision(Handle handle) {
        return handle.createQuery("SELECT revision FROM revision_counter WHERE id = 1")
                .mapTo(Long.class)
                .one();
    }

    /**
     * The next changes, oldest first.
     *
     * @throws RevisionGoneException when some after that revision are no longer kept
     */
    static Page page(Handle handle, @Nullable Kind<?, ?> kind, long after, int limit) {
        // In this order no change is missed: what is committed up to the revision read first is in the log unless it
        // was cut,
        // and a cut shows in what is read last.
        var newest = revision(handle);
        var changes = newest > after ? changes(handle, kind, after, newest, limit) : List.<ResourceStore.Change>of();
        refuseGone(handle, after, newest);
        if (changes.size() == limit) {
            newest = changes.getLast().resource().metadata().resourceVersion();
        }
        return new Page(changes, newest);
    }

    private static List<ResourceStore.Change> changes(
            Handle handle, @Nullable Kind<?, ?> kind, long after, long upTo, int limit) {
        var query = handle.createQuery("SELECT type, body FROM change_log WHERE revision > :after AND revision <= :upTo"
                        + (kind == null ? "" : " AND kind = :kind") + " ORDER BY revision LIMIT :limit")
                .bind("after", after)
                .bind("upTo", upTo)
                .bind("limit", limit);
        if (kind != null) {
            query.bind("kind", kind.name());
        }
        return query.map((row, context) -> new ResourceStore.Change(
                        ResourceStore.Change.Type.valueOf(row.getString("type")),
                        ResourceJson.read(ResourceJson.parse(row.getString("body")))))
                .list();
    }

    private static void refuseGone(Handle handle, long after, long newest) {
        var compacted = handle.createQuery("SELECT compacted FROM revision_counter WHERE id = 1")
                .mapTo(Long.class)
                .one();
        if (after < compacted) {
            throw new RevisionGoneException("changes after revision " + after + " are no longer kept, only those after "
                    + compacted + "; list again and watch from there");
        }
        if (after > newest) {
            throw new RevisionGoneException("revision " + after + " is newer than the newest, " + newest
                    + "; the database was restored from a backup or is another one. List again and watch from there");
        }
    }
}
