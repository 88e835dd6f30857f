package dev.garboard.inventory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The journal of DHCP leases. What is submitted together or at about the same time is one transaction, synced to disk before any stage
 * completes, so an acknowledged lease outlives a crash. Each write is also a change of a {@link Kinds#LEASE} resource.
 */
public final class SqlLeases implements AutoCloseable {

    private static final int MAX_WAITING = 4096;
    private static final int MAX_BATCH = 512;
    /** Expired leases are deleted in pieces, so that no acknowledgement waits long behind them. */
    private static final int MAX_EXPIRED = 500;

    private final Database database;
    private final GroupCommit<LeaseWrite> writer;

    SqlLeases(Database database, ServingPart part) {
        this.database = database;
        this.writer = new GroupCommit<>(part, MAX_WAITING, MAX_BATCH, this::write);
    }

    /** All leases, also expired ones that nobody deleted yet. Blocks. */
    public List<LeaseSpec> load() {
        return database.read(LeaseRows::list).items().stream()
                .map(Resource::spec)
                .toList();
    }

    /**
     * Stores the lease in place of the one its address had.
     *
     * @return completes on the journal's thread when the lease is on disk; fails with {@link QueueFullException} at once when too many
     *     wait, or with {@link InvalidResourceException} when address or MAC address are malformed
     */
    public CompletionStage<Void> commit(LeaseSpec lease) {
        return commit(List.of(lease));
    }

    /** Stores all of them or none; otherwise as {@link #commit(LeaseSpec)}. */
    public CompletionStage<Void> commit(List<LeaseSpec> leases) {
        try {
            leases.forEach(lease -> ResourceRules.check(LeaseRows.resource(lease, lease.start(), 1, 1)));
        } catch (InvalidResourceException malformed) {
            return CompletableFuture.failedStage(malformed);
        }
        return writer.submit(new LeaseWrite.Put(leases));
    }

    /** Deletes the lease of an address, if there is one; in order with the commits. */
    public CompletionStage<Void> delete(String address) {
        return writer.submit(new LeaseWrite.Delete(address));
    }

    /** Deletes leases that expired before that time, at most 500 of them, the oldest first. */
    public CompletionStage<Void> expire(Instant before) {
        return writer.submit(new LeaseWrite.Expire(before));
    }

    /** How many writes wait for the disk. */
    public int pending() {
        return writer.pending();
    }

    private void write(List<LeaseWrite> writes) {
        database.write(transaction -> {
            // SQLite has one writer anyway: only PostgreSQL's tests notice when this is missing. Nobody reads what is
            // returned.
            transaction.lock();
            for (var write : LeaseWrite.folded(writes)) {
                switch (write) {
                    case LeaseWrite.Put(var leases) -> put(transaction, leases);
                    case LeaseWrite.Delete(var address) ->
                        logDeleted(transaction, LeaseRows.delete(transaction.handle(), address));
                    case LeaseWrite.Expire(var before) ->
                        logDeleted(transaction, LeaseRows.expire(transaction.handle(), before, MAX_EXPIRED));
                }
            }
            return true;
        });
    }

    private static void put(Transaction transaction, List<LeaseSpec> leases) {
        var changes = new ArrayList<ResourceStore.Change>();
        for (var lease : leases) {
            var stored = LeaseRows.put(transaction.handle(), lease, transaction.takeRevision());
            var added = stored.metadata().generation() == 1;
            changes.add(new ResourceStore.Change(
                    added ? ResourceStore.Change.Type.ADDED : ResourceStore.Change.Type.MODIFIED, stored));
        }
        transaction.log(changes);
    }

    private static void logDeleted(Transaction transaction, List<Resource<LeaseSpec, NoStatus>> deleted) {
        if (deleted.isEmpty()) {
            return;
        }
        var changes = new ArrayList<ResourceStore.Change>();
        for (var lease : deleted) {
            var last = lease.withMetadata(lease.metadata().withRevision(transaction.takeRevision()));
            changes.add(new ResourceStore.Change(ResourceStore.Change.Type.DELETED, last));
        }
        transaction.log(changes);
    }

    /** Writes what waits. */
    @Override
    public void close() {
        writer.close();
    }
}
