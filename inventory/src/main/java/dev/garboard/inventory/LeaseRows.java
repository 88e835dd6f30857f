package dev.garboard.inventory;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Rows of the lease table as resources. */
final class LeaseRows {

    private static final String COLUMNS =
            "l.address, l.mac, l.client_id, l.subnet, l.start_at, l.expires_at, l.created_at, l.generation, l.revision";
    private static final String RETURNED = COLUMNS.replace("l.", "");

    private LeaseRows() {}

    static Optional<Resource<LeaseSpec, NoStatus>> find(Handle handle, String address) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM lease l WHERE l.address = :address")
                .bind("address", address)
                .map((row, context) -> resource(row))
                .findOne();
    }

    static ResourceStore.Listing<LeaseSpec, NoStatus> list(Handle handle) {
        var items = new ArrayList<Resource<LeaseSpec, NoStatus>>();
        // One statement, so that revision and rows are of one moment.
        var revisions = handle.createQuery("SELECT c.revision AS newest, " + COLUMNS
                        + " FROM revision_counter c LEFT JOIN lease l ON 1 = 1 WHERE c.id = 1")
                .map((row, context) -> {
                    if (row.getString("address") != null) {
                        items.add(resource(row));
                    }
                    return row.getLong("newest");
                })
                .list();
        items.sort(Comparator.comparingLong(item -> Ipv4.number(item.name()).orElse(0)));
        return new ResourceStore.Listing<>(revisions.getFirst(), items);
    }

    /** Inserts or replaces; a new lease has generation 1. */
    static Resource<LeaseSpec, NoStatus> put(Handle handle, LeaseSpec lease, long revision) {
        return handle.createQuery("INSERT INTO lease"
                        + " (address, mac, client_id, subnet, start_at, expires_at, created_at, generation, revision)"
                        + " VALUES (:address, :mac, :client, :subnet, :start, :expires, :start, 1, :revision)"
                        + " ON CONFLICT (address) DO UPDATE SET mac = excluded.mac, client_id = excluded.client_id,"
                        + " subnet = excluded.subnet, start_at = excluded.start_at, expires_at = excluded.expires_at,"
                        + " generation = lease.generation + 1, revision = excluded.revision RETURNING " + RETURNED)
                .bind("address", lease.address())
                .bind("mac", lease.mac())
                .bind("client", lease.clientId())
                .bind("subnet", lease.subnet())
                .bind("start", lease.start().toEpochMilli())
                .bind("expires", lease.expires().toEpochMilli())
                .bind("revision", revision)
                .map((row, context) -> resource(row))
                .one();
    }

    static List<Resource<LeaseSpec, NoStatus>> delete(Handle handle, String address) {
        return handle.createQuery("DELETE FROM lease WHERE address = :address RETURNING " + RETURNED)
                .bind("address", address)
                .map((row, context) -> resource(row))
                .list();
    }

    static List<Resource<LeaseSpec, NoStatus>> expire(Handle handle, Instant before, int limit) {
        return handle.createQuery("DELETE FROM lease WHERE address IN"
                        + " (SELECT address FROM lease WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)"
                        + " RETURNING " + RETURNED)
                .bind("before", before.toEpochMilli())
                .bind("limit", limit)
                .map((row, context) -> resource(row))
                .list();
    }

    private static Resource<LeaseSpec, NoStatus> resource(ResultSet row) throws SQLException {
        var spec = new LeaseSpec(
                row.getString("address"),
                row.getString("mac"),
                row.getString("client_id"),
                row.getString("subnet"),
                Instant.ofEpochMilli(row.getLong("start_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
        return resource(
                spec,
                Instant.ofEpochMilli(row.getLong("created_at")),
                row.getLong("generation"),
                row.getLong("revision"));
    }

    static Resource<LeaseSpec, NoStatus> resource(LeaseSpec spec, Instant created, long generation, long revision) {
        var identity = "lease " + spec.address() + " " + created.toEpochMilli();
        var uid = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.US_ASCII));
        var metadata =
                new ObjectMeta(spec.address(), uid.toString(), revision, generation, created, Map.of(), Map.of());
        return new Resource<>(Kinds.LEASE, metadata, spec, new NoStatus());
    }
}
