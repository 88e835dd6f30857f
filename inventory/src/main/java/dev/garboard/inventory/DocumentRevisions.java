package dev.garboard.inventory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Numbers the documents of nodes: a document's revision grows when its content changes, and only then, whoever asks and whenever. */
public final class DocumentRevisions {

    private final Database database;

    DocumentRevisions(Database database) {
        this.database = database;
    }

    /**
     * One document of a node.
     *
     * @param digest of the content
     */
    public record Document(String kind, String name, String digest) {}

    /**
     * The revisions of these documents; empty when another server numbered one of them from newer resources. Blocks on the database.
     *
     * @param asOf the global revision of the resources that the contents were made from
     */
    public Optional<Map<Document, Long>> number(String machine, long asOf, List<Document> documents) {
        var known = database.read(handle -> find(handle, machine));
        if (known.keySet().containsAll(documents)) {
            return Optional.of(pick(known, documents));
        }
        return database.write(transaction -> {
            transaction.keep();
            var handle = transaction.handle();
            var current = find(handle, machine);
            for (var document : documents) {
                if (!current.containsKey(document) && put(handle, machine, asOf, document) == 0) {
                    return Optional.<Map<Document, Long>>empty();
                }
            }
            return Optional.of(pick(find(handle, machine), documents));
        });
    }

    /** Whether the machine was ever given a document. Blocks on the database. */
    public boolean isKnown(String machine) {
        return database.read(handle -> !find(handle, machine).isEmpty());
    }

    private static Map<Document, Long> find(Handle handle, String machine) {
        var found = new HashMap<Document, Long>();
        handle.createQuery("SELECT kind, name, digest, revision FROM node_document WHERE machine = :machine")
                .bind("machine", machine)
                .map((row, _) -> Map.entry(
                        new Document(row.getString("kind"), row.getString("name"), row.getString("digest")),
                        row.getLong("revision")))
                .forEach(row -> found.put(row.getKey(), row.getValue()));
        return found;
    }

    /** How many rows were written: none when the stored one was made from newer resources. */
    private static int put(Handle handle, String machine, long asOf, Document document) {
        return handle.createUpdate("INSERT INTO node_document (machine, kind, name, revision, digest, as_of)"
                        + " VALUES (:machine, :kind, :name, 1, :digest, :asOf)"
                        + " ON CONFLICT (machine, kind, name)"
                        + " DO UPDATE SET revision = node_document.revision + 1, digest = excluded.digest,"
                        + " as_of = excluded.as_of WHERE node_document.as_of <= excluded.as_of"
                        // Newer than anything there is: from before a restoration of the database.
                        + " OR node_document.as_of > (SELECT revision FROM revision_counter WHERE id = 1)")
                .bind("machine", machine)
                .bind("kind", document.kind())
                .bind("name", document.name())
                .bind("digest", document.digest())
                .bind("asOf", asOf)
                .execute();
    }

    private static Map<Document, Long> pick(Map<Document, Long> known, List<Document> wanted) {
        var picked = new HashMap<>(known);
        picked.keySet().retainAll(wanted);
        return Map.copyOf(picked);
    }
}
