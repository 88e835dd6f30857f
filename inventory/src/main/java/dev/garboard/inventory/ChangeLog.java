package dev.garboard.inventory;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the log of changes. */
final class ChangeLog {

    private ChangeLog() {}

    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    /** Changes after a revision, up to {@code newest}; when the page is full there may be more. */
    record Page(List<ResourceStore.Change> changes, long newest, boolean full) {}

    private record Row(long revision, String type, String body) {

        /**
         * The change.
         *
         * @throws RevisionGoneException when it cannot be read, or is the end of a row that could not be: who follows lists again, and so
         *     misses neither
         */
        ResourceStore.Change change() {
            if (body.equals(Transaction.UNREADABLE)) {
                throw new RevisionGoneException("a resource that could not be read was deleted at revision " + revision
                        + "; list again and watch from there");
            }
            try {
                return new ResourceStore.Change(
                        ResourceStore.Change.Type.valueOf(type), ResourceJson.read(ResourceJson.parse(body)));
            } catch (RuntimeException malformed) {
                log.atError()
                        .addKeyValue("revision", revision)
                        .addKeyValue("reason", String.valueOf(malformed.getMessage()))
                        .log("a change cannot be read; who follows lists again");
                throw new RevisionGoneException(
                        "the change of revision " + revision + " cannot be read; list again and watch from there");
            }
        }
    }

    static long revision(Handle handle) {
        return handle.createQuery("SELECT revision FROM revision_counter WHERE id = 1")
                .mapTo(Long.class)
                .one();
    }

    /**
     * The next changes, oldest first.
     *
     * @throws RevisionGoneException when some after that revision are no longer kept, or cannot be read
     */
    static Page page(Handle handle, @Nullable Kind<?, ?> kind, long after, int limit) {
        // In this order no change is missed: what is committed up to the revision read first is in the log unless it
        // was cut,
        // and a cut shows in what is read last.
        var newest = revision(handle);
        var rows = newest > after ? rows(handle, kind, after, newest, limit) : List.<Row>of();
        refuseGone(handle, after, newest);
        boolean full = rows.size() == limit;
        return new Page(
                rows.stream().map(Row::change).toList(), full ? rows.getLast().revision() : newest, full);
    }

    private static List<Row> rows(Handle handle, @Nullable Kind<?, ?> kind, long after, long upTo, int limit) {
        var query = handle.createQuery(
                        "SELECT revision, type, body FROM change_log WHERE revision > :after AND revision <= :upTo"
                                + (kind == null ? "" : " AND kind = :kind") + " ORDER BY revision LIMIT :limit")
                .bind("after", after)
                .bind("upTo", upTo)
                .bind("limit", limit);
        if (kind != null) {
            query.bind("kind", kind.name());
        }
        return query.map((row, context) ->
                        new Row(row.getLong("revision"), row.getString("type"), row.getString("body")))
                .list();
    }

    /**
     * Asks only whether the changes after a revision are kept.
     *
     * @throws RevisionGoneException when some are not
     */
    static void requireKept(Handle handle, long after) {
        refuseGone(handle, after, revision(handle));
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
