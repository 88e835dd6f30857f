package dev.garboard.inventory;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What each machine was last told to be by its NodeConfigs and its own spec. It outlives the server, because it stays in force while what
 * is declared contradicts itself or cannot be read. All methods block on the database.
 */
public final class CommittedConfigs {

    private final Database database;

    CommittedConfigs(Database database) {
        this.database = database;
    }

    /**
     * What a machine was told.
     *
     * @param revision grows when the digest changes, and only then
     * @param digest of all that it was told
     * @param nodeConfigs names of those that had a say, the strongest last
     * @param documents what of that lasts while what is declared cannot be merged, as a JSON list
     */
    public record Committed(long revision, String digest, List<String> nodeConfigs, String documents) {
        public Committed {
            nodeConfigs = List.copyOf(nodeConfigs);
        }
    }

    /**
     * What a set of documents was made from.
     *
     * @param configs the global revision that the NodeConfigs were read at
     * @param machine the machine's own
     */
    public record AsOf(long configs, long machine) {}

    /** What a machine was told last; empty when it was told nothing yet. */
    public Optional<Committed> of(String machineUid) {
        return database.read(handle -> find(handle, machineUid));
    }

    /**
     * Commits what a machine is to be told; empty when something made from newer resources was committed meanwhile, or this was made from
     * resources that the database does not have: it was restored from a copy since they were read.
     */
    public Optional<Committed> commit(
            String machineUid, AsOf asOf, String digest, List<String> nodeConfigs, String documents) {
        var known = database.read(handle -> row(handle, machineUid))
                .filter(row -> row.configsAsOf() >= asOf.configs())
                .map(Row::committed)
                .filter(row -> isSame(row, digest, nodeConfigs, documents));
        if (known.isPresent()) {
            return known;
        }
        return database.write(transaction -> {
            transaction.keep();
            long newest = ChangeLog.revision(transaction.handle());
            if (asOf.configs() > newest || asOf.machine() > newest) {
                return Optional.<Committed>empty();
            }
            // What is stored as newer than anything there is comes from before a restoration, and is older than this.
            int written = transaction
                    .handle()
                    .createUpdate(
                            "INSERT INTO committed_config (machine_uid, revision, digest, node_configs, documents,"
                                    + " configs_as_of, machine_as_of)"
                                    + " VALUES (:uid, 1, :digest, :names, :documents, :configs, :machine)"
                                    + " ON CONFLICT (machine_uid) DO UPDATE SET"
                                    + " revision = committed_config.revision"
                                    + " + CASE WHEN committed_config.digest = excluded.digest THEN 0 ELSE 1 END,"
                                    + " digest = excluded.digest, node_configs = excluded.node_configs,"
                                    + " documents = excluded.documents, configs_as_of = excluded.configs_as_of,"
                                    + " machine_as_of = excluded.machine_as_of"
                                    + " WHERE (committed_config.configs_as_of <= excluded.configs_as_of"
                                    + " OR committed_config.configs_as_of > :newest)"
                                    + " AND (committed_config.machine_as_of <= excluded.machine_as_of"
                                    + " OR committed_config.machine_as_of > :newest)")
                    .bind("uid", machineUid)
                    .bind("digest", digest)
                    .bind("names", String.join(" ", nodeConfigs))
                    .bind("documents", documents)
                    .bind("configs", asOf.configs())
                    .bind("machine", asOf.machine())
                    .bind("newest", newest)
                    .execute();
            return find(transaction.handle(), machineUid)
                    .filter(row -> written > 0 || isSame(row, digest, nodeConfigs, documents));
        });
    }

    /** The machine is gone. */
    public void forget(String machineUid) {
        database.write(transaction -> {
            transaction.keep();
            return transaction
                    .handle()
                    .createUpdate("DELETE FROM committed_config WHERE machine_uid = :uid")
                    .bind("uid", machineUid)
                    .execute();
        });
    }

    private static boolean isSame(Committed row, String digest, List<String> nodeConfigs, String documents) {
        return row.digest().equals(digest)
                && row.nodeConfigs().equals(nodeConfigs)
                && row.documents().equals(documents);
    }

    private record Row(Committed committed, long configsAsOf) {}

    private static Optional<Committed> find(Handle handle, String machineUid) {
        return row(handle, machineUid).map(Row::committed);
    }

    private static Optional<Row> row(Handle handle, String machineUid) {
        return handle.createQuery("SELECT revision, digest, node_configs, documents, configs_as_of"
                        + " FROM committed_config WHERE machine_uid = :uid")
                .bind("uid", machineUid)
                .map((row, _) -> new Row(
                        new Committed(
                                row.getLong("revision"),
                                row.getString("digest"),
                                names(row.getString("node_configs")),
                                row.getString("documents")),
                        row.getLong("configs_as_of")))
                .findOne();
    }

    private static List<String> names(String text) {
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(" ", -1));
    }
}
