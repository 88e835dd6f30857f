package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds on every database. */
abstract class ResourceStoreContract {

    static final int KEPT = 100;

    Inventory inventory;
    ResourceStore store;

    /** An empty database of the test. */
    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        inventory = open(database());
        store = inventory.store();
    }

    static Inventory open(String database) {
        return Inventory.open(
                new InventoryConfig(database, KEPT, 5, 1000, Duration.ofMillis(100)),
                InstantSource.fixed(Samples.TIME));
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void aCreatedResourceIsReadBack() {
        var created = store.create(Samples.fullMachine());

        assertEquals(1, created.metadata().resourceVersion());
        assertEquals(1, created.metadata().generation());
        assertEquals(Samples.TIME, created.metadata().creationTimestamp());
        assertEquals(36, created.metadata().uid().length());
        assertEquals(Optional.of(created), store.get(Kinds.MACHINE, "m1"));
        assertEquals(Optional.empty(), store.get(Kinds.IMAGE, "m1"));
    }

    /** Every kind that is stored as JSON, and every way in which a row may be unreadable. */
    @Test
    void aRowThatCannotBeReadStopsNothingAndCanBeDeleted() throws Exception {
        store.create(Samples.machine("m1"));
        var bodies = List.of("", "{", "null", "[]", "{}", "{\"kind\": 7}");
        var kinds =
                Kinds.all().stream().filter(kind -> !kind.equals(Kinds.LEASE)).toList();
        for (var kind : kinds) {
            for (int i = 0; i < bodies.size(); i++) {
                insertRaw(kind, "bad-" + i, bodies.get(i));
            }
            insertRaw(
                    kind,
                    "bad-field",
                    "{\"apiVersion\": \"garboard.dev/v1alpha1\", \"kind\": \"" + kind.name()
                            + "\", \"metadata\": {\"name\": \"bad-field\"}, \"spec\": {\"nosuch\": 1}}");
        }

        try (var watched = Watched.from(store, null, store.revision());
                var mirror = ResourceMirror.start(store, Kinds.MACHINE)) {
            StoredChecks.run(store, Samples.TIME);
            store.create(Samples.machine("m2"));

            assertEquals("m2", watched.changes(1).getFirst().resource().name());
            assertEquals("m1", mirror.get("m1").orElseThrow().name());
        }

        assertEquals(
                List.of("m1", "m2"),
                store.list(Kinds.MACHINE).items().stream().map(Resource::name).toList());
        for (var kind : kinds) {
            store.list(kind);
            assertEquals(bodies.size() + 1, store.unreadable(kind).size(), kind.name());
            var reason = store.setAside().all().get("unreadable " + kind.name() + " bad-1");
            assertTrue(
                    reason != null && reason.endsWith("; delete it and create it again, or restore it from a backup"),
                    kind.name() + ": " + reason);
            var refusal = assertThrows(InvalidResourceException.class, () -> store.get(kind, "bad-1"));
            assertTrue(
                    String.valueOf(refusal.getMessage())
                            .startsWith(kind.name() + " bad-1 is stored and cannot be read: "),
                    refusal.getMessage());
            for (var name : List.copyOf(store.unreadable(kind).keySet())) {
                assertTrue(store.discardUnreadable(kind, name), kind.name() + " " + name);
            }
            assertEquals(Map.of(), store.unreadable(kind));
        }
        assertEquals(Map.of(), store.setAside().all());
        assertFalse(store.discardUnreadable(Kinds.MACHINE, "m1"));
        assertFalse(store.discardUnreadable(Kinds.MACHINE, "nosuch"));
    }

    /** It may have been the one that takes something back. */
    @Test
    void whoFollowsListsAgainWhenAChangeCannotBeRead() throws Exception {
        store.create(Samples.machine("m1"));
        try (var mirror = ResourceMirror.start(store, Kinds.MACHINE)) {
            inventory.database().<Integer>read(handle -> {
                handle.execute("DELETE FROM resource");
                handle.execute(
                        "INSERT INTO change_log (revision, kind, type, body) VALUES (2, 'Machine', 'DELETED', '{')");
                // Last, since each statement is one of its own, and a watch looks in between.
                return handle.execute("UPDATE revision_counter SET revision = 2");
            });
            store.create(Samples.machine("m2"));
            awaitListed(mirror);

            assertEquals(
                    List.of("m2"), mirror.all().stream().map(Resource::name).toList());
        }
        var ended = new CompletableFuture<RuntimeException>();
        store.watch(null, 0, change -> {}, ended::complete);
        assertInstanceOf(RevisionGoneException.class, ended.get(10, TimeUnit.SECONDS));
    }

    @Test
    void whatCannotBeReadAnyMoreStaysInAMirrorUntilItIsDeleted() throws Exception {
        store.create(Samples.machine("m1"));
        try (var mirror = ResourceMirror.start(store, Kinds.MACHINE)) {
            inventory.database().<Integer>read(handle -> handle.execute("UPDATE resource SET body = '{'"));
            store.create(Samples.machine("m2"));
            insertRaw(Kinds.MACHINE, "m3", "{");
            // Its listing is made anew, and the damaged one is not in it.
            assertTrue(store.discardUnreadable(Kinds.MACHINE, "m3"));
            awaitListed(mirror);

            assertEquals("m1", mirror.get("m1").orElseThrow().name());
            store.discardUnreadable(Kinds.MACHINE, "m1");
            awaitGone(mirror, "m1");
        }
    }

    private static void awaitListed(ResourceMirror<?, ?> mirror) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (mirror.listings() < 2) {
            assertTrue(System.nanoTime() < until, "the mirror did not list again");
            Thread.sleep(5);
        }
    }

    static void awaitGone(ResourceMirror<?, ?> mirror, String name) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (mirror.get(name).isPresent()) {
            assertTrue(System.nanoTime() < until, name + " is still in the mirror");
            Thread.sleep(5);
        }
    }

    @Test
    void aMachineThatBreaksTodaysRulesKeepsItsStatusAndSaysWhatIsWrong() {
        store.create(Samples.machine("m1"));
        inventory
                .database()
                .<Integer>read(handle -> handle.execute("UPDATE resource SET body = REPLACE(body, '\"spec\":{',"
                        + " '\"spec\":{\"hostname\":\"NOT_A_NAME\",')"));

        StoredChecks.run(store, Samples.TIME);
        StoredChecks.run(store, Samples.TIME.plusSeconds(60));

        var machine = store.get(Kinds.MACHINE, "m1").orElseThrow();
        assertEquals(
                List.of(new Condition(
                        StoredChecks.VALID,
                        "False",
                        "BreaksRules",
                        "spec.hostname: found NOT_A_NAME, expected a host name of at most 64 lower-case letters,"
                                + " digits, '-' and '.'; correct or delete it",
                        Samples.TIME)),
                machine.status().conditions());
        assertEquals(Map.of("invalid Machine", 1), store.setAside().counts());
        assertThrows(
                InvalidResourceException.class,
                () -> store.update(
                        Kinds.MACHINE, "m1", m -> m.withMetadata(m.metadata().withLabels(Map.of("a", "b")))));
    }

    /** As a faulty disk, an older version or a person with a SQL client leaves it. */
    private void insertRaw(Kind<?, ?> kind, String name, String body) {
        inventory.database().<Integer>read(handle -> {
            handle.execute("UPDATE revision_counter SET revision = revision + 1");
            var revision = handle.createQuery("SELECT revision FROM revision_counter")
                    .mapTo(Long.class)
                    .one();
            handle.execute(
                    "INSERT INTO resource (kind, name, revision, body) VALUES (?, ?, ?, ?)",
                    kind.name(),
                    name,
                    revision,
                    body);
            return handle.execute(
                    "INSERT INTO change_log (revision, kind, type, body) VALUES (?, ?, 'ADDED', ?)",
                    revision,
                    kind.name(),
                    body);
        });
    }

    @Test
    void aNameIsTakenOnlyOnce() {
        store.create(Samples.machine("m1"));

        var refusal = assertThrows(ResourceExistsException.class, () -> store.create(Samples.machine("m1")));

        assertEquals("Machine m1 exists already", refusal.getMessage());
        assertEquals(1, store.revision());
    }

    @Test
    void anInvalidResourceIsNotStored() {
        assertThrows(InvalidResourceException.class, () -> store.create(Samples.machine("M 1")));

        assertEquals(0, store.revision());
    }

    @Test
    void aListingIsSortedAndCarriesTheRevision() {
        store.create(Samples.machine("m2"));
        store.create(Samples.machine("m1"));
        store.create(Samples.subnet("lab"));

        var listing = store.list(Kinds.MACHINE);

        assertEquals(3, listing.revision());
        assertEquals(
                List.of("m1", "m2"),
                listing.items().stream().map(Resource::name).toList());
        assertEquals(new ResourceStore.Listing<>(3, List.of()), store.list(Kinds.IMAGE));
    }

    @Test
    void replacingKeepsTheStatusAndCountsTheGeneration() {
        var created = store.create(Samples.fullMachine());

        var replaced = store.replace(created.withSpec(created.spec().withAcceptance(Acceptance.REJECTED))
                .withStatus(MachineStatus.unseen()));

        assertEquals(2, replaced.metadata().resourceVersion());
        assertEquals(2, replaced.metadata().generation());
        assertEquals(created.status(), replaced.status());
        assertEquals(Acceptance.REJECTED, replaced.spec().acceptance());
    }

    @Test
    void replacingTheStatusKeepsSpecAndGeneration() {
        var created = store.create(Samples.machine("m1"));

        var replaced = store.replaceStatus(created.withSpec(created.spec().withAcceptance(Acceptance.REJECTED))
                .withStatus(Samples.fullMachine().status()));

        assertEquals(1, replaced.metadata().generation());
        assertEquals(created.spec(), replaced.spec());
        assertEquals(Samples.fullMachine().status().phase(), replaced.status().phase());
    }

    @Test
    void aChangeFromAnOldVersionIsRefused() {
        var created = store.create(Samples.machine("m1"));
        store.replaceStatus(created.withStatus(Samples.fullMachine().status()));

        var refusal = assertThrows(
                ResourceConflictException.class,
                () -> store.replace(created.withSpec(created.spec().withAcceptance(Acceptance.ACCEPTED))));

        assertEquals(
                "Machine m1 is at version 2, and the change was made from 1; read it again and repeat the change",
                refusal.getMessage());
        assertThrows(ResourceConflictException.class, () -> store.delete(Kinds.MACHINE, "m1", 1));
    }

    @Test
    void aChangeOfAnEarlierBearerOfTheNameIsRefused() {
        var first = store.create(Samples.machine("m1"));
        store.delete(Kinds.MACHINE, "m1", 0);
        store.create(Samples.machine("m1"));

        var stale = first.withMetadata(
                new ObjectMeta("m1", first.metadata().uid(), 0, 0, Samples.TIME, Map.of("a", "b"), Map.of()));

        assertThrows(ResourceConflictException.class, () -> store.replace(stale));
    }

    @Test
    void whatIsMissingIsSaidSo() {
        assertThrows(ResourceMissingException.class, () -> store.delete(Kinds.MACHINE, "m1", 0));
        assertThrows(ResourceMissingException.class, () -> store.replace(Samples.machine("m1")));
        assertThrows(ResourceMissingException.class, () -> store.update(Kinds.MACHINE, "m1", m -> m));
        assertEquals(0, store.revision());
    }

    @Test
    void aChangeThatChangesNothingTakesNoRevision() {
        var created = store.create(Samples.fullMachine());

        assertEquals(created, store.update(Kinds.MACHINE, "m1", machine -> machine));
        assertEquals(created, store.replace(created));

        assertEquals(1, store.revision());
    }

    @Test
    void updatesOfOneResourceByManyAreAllKept() throws Exception {
        store.create(Samples.machine("m1"));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                var key = "k" + i;
                threads.execute(() -> store.update(Kinds.MACHINE, "m1", machine -> {
                    var labels = new HashMap<>(machine.metadata().labels());
                    labels.put(key, "");
                    return machine.withMetadata(machine.metadata().withLabels(labels));
                }));
            }
        }

        assertEquals(
                50,
                store.get(Kinds.MACHINE, "m1").orElseThrow().metadata().labels().size());
        assertEquals(51, store.revision());
    }

    @Test
    void ofManyWhoChangeFromTheSameVersionOneWins() throws Exception {
        var created = store.create(Samples.machine("m1"));
        var won = new AtomicInteger();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var label = "v" + i;
                threads.execute(() -> {
                    try {
                        store.replace(created.withMetadata(created.metadata().withLabels(Map.of("by", label))));
                        won.incrementAndGet();
                    } catch (ResourceConflictException late) {
                        assertTrue(String.valueOf(late.getMessage()).contains("is at version 2"));
                    }
                });
            }
        }

        assertEquals(1, won.get());
    }

    @Test
    void oneImageIsPreferred() {
        store.create(Samples.image("lab-1", true, Samples.TIME));
        store.create(Samples.image("lab-2", false, Samples.TIME));

        PreferredImage.set(store, "lab-2");

        assertEquals(
                List.of(false, true),
                store.list(Kinds.IMAGE).items().stream()
                        .map(image -> image.spec().preferred())
                        .toList());
    }

    @Test
    void aWatchTellsEveryChangeOnceAndInOrder() throws Exception {
        try (var watch = Watched.from(store, null, 0)) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 60; i++) {
                    var name = "m" + i;
                    threads.execute(() -> store.create(Samples.machine(name)));
                }
            }

            assertEquals(LongStream.rangeClosed(1, 60).boxed().toList(), watch.revisions(60));
        }
    }

    @Test
    void aWatchOfOneKindTellsAddedModifiedAndDeleted() throws Exception {
        try (var watch = Watched.from(store, Kinds.MACHINE, 0)) {
            store.create(Samples.subnet("lab"));
            var created = store.create(Samples.machine("m1"));
            var changed = store.replace(created.withSpec(created.spec().withAcceptance(Acceptance.ACCEPTED)));
            var deleted = store.delete(Kinds.MACHINE, "m1", 0);

            assertEquals(4, deleted.metadata().resourceVersion());
            assertEquals(
                    List.of(
                            new ResourceStore.Change(ResourceStore.Change.Type.ADDED, created),
                            new ResourceStore.Change(ResourceStore.Change.Type.MODIFIED, changed),
                            new ResourceStore.Change(ResourceStore.Change.Type.DELETED, deleted)),
                    watch.changes(3));
        }
    }

    @Test
    void aWatchResumesAfterARevision() throws Exception {
        for (int i = 1; i <= 5; i++) {
            store.create(Samples.machine("m" + i));
        }

        try (var watch = Watched.from(store, Kinds.MACHINE, 3)) {
            assertEquals(List.of(4L, 5L), watch.revisions(2));
        }
    }

    @Test
    void historyIsBoundedAndAGoneRevisionIsRefused() {
        store.create(Samples.machine("m1"));
        for (int i = 0; i < 2 * KEPT; i++) {
            relabel("m1", "v" + i);
        }

        var refusal = assertThrows(RevisionGoneException.class, () -> store.watch(null, 1, change -> {}, reason -> {}));

        assertTrue(String.valueOf(refusal.getMessage())
                .startsWith("changes after revision 1 are no longer kept, only those after "));
        store.watch(null, store.revision() - KEPT, change -> {}, reason -> {}).close();
    }

    @Test
    void aWatchOfAQuietKindOutlivesTheHistory() throws Exception {
        store.create(Samples.machine("m1"));
        try (var watch = Watched.from(store, Kinds.SUBNET, 0)) {
            for (int i = 0; i < 2 * KEPT; i++) {
                relabel("m1", "v" + i);
            }
            var subnet = store.create(Samples.subnet("lab"));

            assertEquals(List.of(subnet.metadata().resourceVersion()), watch.revisions(1));
        }
    }

    @Test
    void aRevisionFromTheFutureIsRefused() {
        assertThrows(RevisionGoneException.class, () -> store.watch(null, 5, change -> {}, reason -> {}));
    }

    @Test
    void aWatchWhoseConsumerFailsEndsWithTheReason() throws Exception {
        var ended = new CompletableFuture<RuntimeException>();
        var failure = new IllegalStateException("consumer");
        store.watch(
                null,
                0,
                change -> {
                    throw failure;
                },
                ended::complete);
        store.create(Samples.machine("m1"));

        assertEquals(failure, ended.get(10, TimeUnit.SECONDS));
    }

    @Test
    void closingTheInventoryEndsItsWatches() throws Exception {
        var ended = new CompletableFuture<RuntimeException>();
        store.watch(null, 0, change -> {}, ended::complete);

        inventory.close();

        assertEquals("the inventory was closed", ended.get(10, TimeUnit.SECONDS).getMessage());
    }

    @Test
    void whatWasStoredIsThereAfterReopening() throws Exception {
        var created = store.create(Samples.fullMachine());
        var database = inventory.config().database();

        inventory.close();
        inventory = open(database);

        assertEquals(Optional.of(created), inventory.store().get(Kinds.MACHINE, "m1"));
        assertNotEquals(0, inventory.store().revision());
    }

    private void relabel(String name, String value) {
        store.update(
                Kinds.MACHINE,
                name,
                machine -> machine.withMetadata(machine.metadata().withLabels(Map.of("value", value))));
    }
}
