package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Binder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The SQL of the resource table. Every write is logged with its revision. */
final class ResourceRows {

    private static final String REMEDY = "; delete it and create it again, or restore it from a backup";

    private ResourceRows() {}

    static <S extends Record, T extends Record> Optional<Resource<S, T>> find(
            Handle handle, Kind<S, T> kind, String name) {
        return handle.createQuery("SELECT body FROM resource WHERE kind = :kind AND name = :name")
                .bind("kind", kind.name())
                .bind("name", name)
                .mapTo(String.class)
                .findOne()
                .map(body -> {
                    try {
                        return read(kind, body);
                    } catch (InvalidResourceException malformed) {
                        throw new InvalidResourceException(kind.name() + " " + name + " is stored and cannot be read: "
                                + malformed.getMessage() + REMEDY);
                    }
                });
    }

    /** Deletes a row whatever is in it. Nobody can be shown it, but whoever saw it before it was damaged, on any server, lists again. */
    static void deleteUnreadable(Transaction transaction, Kind<?, ?> kind, String name) {
        transaction
                .handle()
                .createUpdate("DELETE FROM resource WHERE kind = :kind AND name = :name")
                .bind("kind", kind.name())
                .bind("name", name)
                .execute();
        transaction.logUnreadable(kind);
    }

    /** A listing, and why the rows beside it cannot be read. */
    record Rows<S extends Record, T extends Record>(ResourceStore.Listing<S, T> listing, Map<String, String> reasons) {}

    static <S extends Record, T extends Record> ResourceStore.Listing<S, T> list(Handle handle, Kind<S, T> kind) {
        return read(handle, kind).listing();
    }

    /** One statement, so that revision and rows are of one moment. A row that does not parse keeps no other from being read. */
    static <S extends Record, T extends Record> Rows<S, T> read(Handle handle, Kind<S, T> kind) {
        var unreadable = new TreeMap<String, String>();
        var reasons = new TreeMap<String, String>();
        var items = new ArrayList<Resource<S, T>>();
        var revision = handle.createQuery("SELECT c.revision, r.name, r.body FROM revision_counter c"
                        + " LEFT JOIN resource r ON r.kind = :kind WHERE c.id = 1")
                .bind("kind", kind.name())
                .reduceRows(0L, (newest, row) -> {
                    var body = row.getColumn("body", String.class);
                    if (body != null) {
                        try {
                            items.add(read(kind, body));
                        } catch (RuntimeException malformed) {
                            var name = row.getColumn("name", String.class);
                            unreadable.put(name, body);
                            reasons.put(name, String.valueOf(malformed.getMessage()) + REMEDY);
                        }
                    }
                    return row.getColumn("revision", Long.class);
                });
        items.sort(Comparator.comparing(Resource::name));
        return new Rows<>(new ResourceStore.Listing<>(revision, items, unreadable), reasons);
    }

    /** Metadata but its revision must be set already. */
    static <S extends Record, T extends Record> Resource<S, T> insert(
            Transaction transaction, Resource<S, T> resource) {
        var created = resource.withMetadata(resource.metadata().withRevision(transaction.takeRevision()));
        transaction
                .handle()
                .createUpdate("INSERT INTO resource (kind, name, revision, body)"
                        + " VALUES (:kind, :name, :revision, :body)")
                .bindMap(row(created))
                .execute();
        transaction.log(ResourceStore.Change.Type.ADDED, created);
        return created;
    }

    /** Writes what differs from what is stored; the resource as it is then. */
    static <S extends Record, T extends Record> Resource<S, T> update(
            Transaction transaction, Resource<S, T> stored, Resource<S, T> wanted) {
        var kept = keepIdentity(stored, wanted);
        if (ResourceJson.write(kept).equals(ResourceJson.write(stored))) {
            return stored;
        }
        // A status must be kept of what was stored under the rules of another day, or its machine would be lost as
        // well.
        boolean statusOnly = kept.spec().equals(stored.spec())
                && kept.metadata().labels().equals(stored.metadata().labels())
                && kept.metadata().annotations().equals(stored.metadata().annotations());
        if (!statusOnly) {
            ResourceRules.check(kept);
        }
        var changed = kept.withMetadata(kept.metadata().withRevision(transaction.takeRevision()));
        transaction
                .handle()
                .createUpdate("UPDATE resource SET revision = :revision, body = :body"
                        + " WHERE kind = :kind AND name = :name")
                .bindMap(row(changed))
                .execute();
        transaction.log(ResourceStore.Change.Type.MODIFIED, changed);
        return changed;
    }

    static <S extends Record, T extends Record> Resource<S, T> delete(Transaction transaction, Resource<S, T> stored) {
        transaction
                .handle()
                .createUpdate("DELETE FROM resource WHERE kind = :kind AND name = :name")
                .bind("kind", stored.kind().name())
                .bind("name", stored.name())
                .execute();
        var deleted = stored.withMetadata(stored.metadata().withRevision(transaction.takeRevision()));
        transaction.log(ResourceStore.Change.Type.DELETED, deleted);
        return deleted;
    }

    static <S extends Record, T extends Record> Resource<S, T> read(Kind<S, T> kind, String body) {
        return ResourceJson.read(kind, ResourceJson.parse(body));
    }

    /** What only the store decides stays as it is; a changed spec counts a generation. */
    private static <S extends Record, T extends Record> Resource<S, T> keepIdentity(
            Resource<S, T> stored, Resource<S, T> wanted) {
        var old = stored.metadata();
        var sameSpec = Binder.write(stored.spec()).equals(Binder.write(wanted.spec()));
        return wanted.withMetadata(new ObjectMeta(
                old.name(),
                old.uid(),
                old.resourceVersion(),
                sameSpec ? old.generation() : old.generation() + 1,
                old.creationTimestamp(),
                wanted.metadata().labels(),
                wanted.metadata().annotations(),
                old.isDeleting() ? old.deletionTimestamp() : wanted.metadata().deletionTimestamp(),
                wanted.metadata().finalizers()));
    }

    private static Map<String, Object> row(Resource<?, ?> resource) {
        return Map.of(
                "kind", resource.kind().name(),
                "name", resource.name(),
                "revision", resource.metadata().resourceVersion(),
                "body", ResourceJson.write(resource).toString());
    }
}
