package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of leases on every database. */
abstract class LeaseContract {

    Inventory inventory;
    SqlLeases leases;

    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        inventory = Inventory.open(database());
        leases = inventory.leases();
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void aCommittedLeaseIsALeaseResource() {
        done(leases.commit(Samples.leaseSpec(100)).toCompletableFuture());

        var resource = inventory.store().get(Kinds.LEASE, "192.168.77.100").orElseThrow();

        assertEquals(Samples.leaseSpec(100), resource.spec());
        assertEquals(1, resource.metadata().generation());
        assertEquals(
                new ResourceStore.Listing<>(1, List.of(resource)),
                inventory.store().list(Kinds.LEASE));
        assertEquals(Optional.empty(), inventory.store().get(Kinds.LEASE, "192.168.77.101"));
    }

    @Test
    void aWatchFollowsLeases() throws Exception {
        try (var watch = Watched.from(inventory.store(), Kinds.LEASE, 0)) {
            done(leases.commit(Samples.leaseSpec(100)).toCompletableFuture());
            done(leases.commit(Samples.leaseSpec(100)).toCompletableFuture());
            done(leases.delete("192.168.77.100").toCompletableFuture());

            var changes = watch.changes(3);

            assertEquals(
                    List.of(
                            ResourceStore.Change.Type.ADDED,
                            ResourceStore.Change.Type.MODIFIED,
                            ResourceStore.Change.Type.DELETED),
                    changes.stream().map(ResourceStore.Change::type).toList());
            assertEquals(
                    1,
                    new HashSet<>(changes.stream()
                                    .map(c -> c.resource().metadata().uid())
                                    .toList())
                            .size());
        }
        assertEquals(List.of(), leases.load());
    }

    @Test
    void aThousandAtOnceAreAllThereAfterTheirAcknowledgement() {
        var all = new ConcurrentLinkedQueue<CompletableFuture<Void>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, 1000)
                    .forEach(i -> threads.execute(
                            () -> all.add(leases.commit(Samples.leaseSpec(i)).toCompletableFuture())));
        }
        all.forEach(LeaseContract::done);

        assertEquals(1000, leases.load().size());
        assertEquals(1000, inventory.store().revision());
    }

    @Test
    void commitsOfOneBatchAreAllOrNothing() {
        var malformed = new LeaseSpec("192.168.77.300", "52:54:00:00:00:01", null, "lab", Samples.TIME, Samples.TIME);

        var failed = leases.commit(List.of(Samples.leaseSpec(100), malformed)).toCompletableFuture();

        assertInstanceOf(
                InvalidResourceException.class,
                assertThrows(CompletionException.class, failed::join).getCause());
        assertEquals(List.of(), leases.load());
    }

    @Test
    void expiredLeasesAreDeletedInOrderWithTheCommits() {
        var live = until(102, 602);
        var renewed = until(101, 900);
        done(leases.commit(List.of(until(100, 600), until(101, 600), live)).toCompletableFuture());

        // All in one batch: what is committed before the expiry is judged by it, what comes after is not touched.
        var late = until(103, 600);
        var waiting = List.of(
                leases.commit(renewed).toCompletableFuture(),
                leases.expire(Samples.TIME.plusSeconds(601)).toCompletableFuture(),
                leases.commit(late).toCompletableFuture());
        waiting.forEach(LeaseContract::done);

        assertEquals(List.of(renewed, live, late), leases.load());
        done(leases.expire(Samples.TIME.plusSeconds(602)).toCompletableFuture());
        assertEquals(List.of(renewed, live), leases.load());
    }

    /** Expires so many seconds after {@link Samples#TIME}. */
    private static LeaseSpec until(int host, int seconds) {
        var lease = Samples.leaseSpec(host);
        return new LeaseSpec(
                lease.address(),
                lease.mac(),
                lease.clientId(),
                lease.subnet(),
                Samples.TIME,
                Samples.TIME.plusSeconds(seconds));
    }

    @Test
    void leasesOutliveTheProcess() throws Exception {
        var database = inventory.config().database();
        done(leases.commit(Samples.leaseSpec(100)).toCompletableFuture());

        inventory.close();
        inventory = Inventory.open(database);

        assertEquals(List.of(Samples.leaseSpec(100)), inventory.leases().load());
    }

    @Test
    void closingWritesWhatWaits() throws Exception {
        var database = inventory.config().database();
        var all = IntStream.range(0, 200)
                .mapToObj(i -> leases.commit(Samples.leaseSpec(i)).toCompletableFuture())
                .toList();

        inventory.close();

        assertTrue(all.stream().allMatch(CompletableFuture::isDone));
        inventory = Inventory.open(database);
        assertEquals(200, inventory.leases().load().size());
        assertThrows(
                CompletionException.class, leases.commit(Samples.leaseSpec(1)).toCompletableFuture()::join);
    }

    @Test
    void leasesAreNotWrittenThroughTheStore() {
        assertThrows(InvalidResourceException.class, () -> inventory.store().create(Samples.lease()));
        assertThrows(InvalidResourceException.class, () -> inventory.store().delete(Kinds.LEASE, "192.168.77.100", 0));
    }

    private static void done(CompletableFuture<Void> stage) {
        stage.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
