package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What boot sessions are in memory, over a journal that is slow, full or broken. */
class BootSessionsTest {

    private static final String MAC = "52:54:00:00:00:01";
    private static final BootDecision BOOT =
            new BootDecision.Boot("m1", Samples.image("lab-1", true, Samples.TIME), "machine m1 boots");

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.TIME);
    private final InstantSource clock = now::get;
    private final SlowJournal journal = new SlowJournal();
    private final BootSessions sessions = new BootSessions(journal, clock);

    /** Writes when it is told to. */
    private static final class SlowJournal implements BootSessionJournal {
        private final Map<String, BootSession> stored = new LinkedHashMap<>();
        private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
        private @Nullable Instant since;
        private boolean full;
        private boolean closed;

        @Override
        public List<BootSession> recent(Instant after, int limit) {
            since = after;
            return List.copyOf(stored.values());
        }

        @Override
        public Optional<BootSession> find(String id) {
            return Optional.ofNullable(stored.get(id));
        }

        @Override
        public CompletionStage<Void> create(BootSession session) {
            return submit(() -> stored.put(session.id(), session));
        }

        @Override
        public CompletionStage<Void> change(String id, UnaryOperator<BootSession> change) {
            return submit(() -> stored.computeIfPresent(id, (_, session) -> change.apply(session)));
        }

        private CompletionStage<Void> submit(Runnable write) {
            if (full) {
                return CompletableFuture.failedFuture(new QueueFullException("full"));
            }
            var done = new CompletableFuture<Void>();
            waiting.add(done);
            write.run();
            return done;
        }

        @Override
        public long pushedOut() {
            return 0;
        }

        @Override
        public int pending() {
            return waiting.size();
        }

        void write() {
            var all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(done -> done.complete(null));
        }

        void fail() {
            var all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(done -> done.completeExceptionally(new IllegalStateException("disk")));
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static BootClient client(String mac, BootClient.Stage stage, @Nullable String session) {
        return new BootClient(mac, MachineIdentity.none(), stage, "x86-bios", true, session);
    }

    private BootSessions.Opened open(BootClient.Stage stage) {
        return sessions.open(client(MAC, stage, null), () -> BOOT);
    }

    private void pass(int seconds) {
        now.updateAndGet(time -> time.plusSeconds(seconds));
    }

    private boolean step(String id, String stage) {
        return sessions.append(id, stage, "http", "", 0, "ok");
    }

    private BootSessionStatus status(String id) {
        return sessions.find(id).orElseThrow().status();
    }

    /** Its id is in no URL before it is on disk. */
    @Test
    void whoGoesOnWithASessionThatIsNotOnDiskWaitsForItToo() {
        var first = open(BootClient.Stage.FIRMWARE);
        var repeated = open(BootClient.Stage.FIRMWARE);

        assertTrue(first.fresh());
        assertFalse(repeated.fresh());
        assertEquals(first.session().id(), repeated.session().id());
        assertFalse(first.stored().toCompletableFuture().isDone());
        assertFalse(repeated.stored().toCompletableFuture().isDone());

        journal.write();

        assertTrue(first.stored().toCompletableFuture().isDone());
        assertTrue(
                open(BootClient.Stage.FIRMWARE).stored().toCompletableFuture().isDone());
    }

    @Test
    void aSessionThatCannotBeWrittenIsForgottenAndTheMachineAsksAgain() {
        var lost = open(BootClient.Stage.FIRMWARE);

        journal.fail();

        assertTrue(lost.stored().toCompletableFuture().isCompletedExceptionally());
        assertEquals(Optional.empty(), sessions.find(lost.session().id()));
        assertEquals(Optional.empty(), sessions.newest(MAC));
        var again = open(BootClient.Stage.FIRMWARE);
        assertTrue(again.fresh());
        assertNotEquals(lost.session().id(), again.session().id());
    }

    @Test
    void whileTooMuchWaitsNoSessionBeginsAndNoneIsGivenUp() {
        var before = open(BootClient.Stage.FIRMWARE).session().id();
        journal.write();
        pass(600);
        journal.full = true;

        var refused = open(BootClient.Stage.FIRMWARE);

        assertTrue(refused.fresh());
        assertTrue(refused.stored().toCompletableFuture().isCompletedExceptionally());
        assertEquals(Optional.empty(), sessions.find(refused.session().id()));
        assertEquals(Optional.of(before), sessions.newest(MAC).map(BootSession::id));
        assertEquals("Running", status(before).outcome());
        assertEquals(1, sessions.refused());

        journal.full = false;
        assertTrue(open(BootClient.Stage.FIRMWARE).fresh());
        assertEquals("Failed", status(before).outcome());
        assertEquals(1, sessions.refused());
    }

    @Test
    void aStepThatIsNotWrittenIsNotShownEither() {
        var id = open(BootClient.Stage.FIRMWARE).session().id();
        assertTrue(step(id, "dhcp"));
        journal.full = true;

        assertFalse(step(id, "loader"));
        assertFalse(sessions.identify(id, "m2"));
        assertFalse(sessions.fail(id, "dhcp", "gone"));

        assertEquals(
                List.of("dhcp"),
                status(id).steps().stream().map(BootSessionStatus.Step::stage).toList());
        assertEquals("m1", sessions.find(id).orElseThrow().spec().machine());
        assertEquals("Running", status(id).outcome());
        assertEquals(3, sessions.refused());

        journal.full = false;
        assertTrue(sessions.identify(id, "m2"));
        assertEquals("m2", sessions.find(id).orElseThrow().spec().machine());
        assertTrue(sessions.fail(id, "dhcp", "gone"));
        assertEquals("Failed", status(id).outcome());
    }

    @Test
    void anAgentGoesOnWithTheBootThatItNamesThoughALaterOneBegan() {
        var first = open(BootClient.Stage.FIRMWARE).session().id();
        pass(600);
        var second = open(BootClient.Stage.FIRMWARE).session().id();
        assertNotEquals(first, second);

        var named = sessions.open(client(MAC, BootClient.Stage.AGENT, first), () -> BOOT);
        var unknown = sessions.open(client(MAC, BootClient.Stage.AGENT, "f".repeat(32)), () -> BOOT);

        assertEquals(first, named.session().id());
        assertTrue(unknown.fresh(), "nobody knows that boot");
    }

    /** Else a machine that boots would look as if its last boot had come to life. */
    @Test
    void onlyTheNewestBootOfAMachineComesBackToLife() {
        var first = open(BootClient.Stage.FIRMWARE).session().id();
        pass(600);
        var second = open(BootClient.Stage.FIRMWARE).session().id();
        pass(601);
        assertEquals(1, sessions.closeSilent());

        step(first, "kernel");
        step(second, "kernel");

        assertEquals("Failed", status(first).outcome());
        assertEquals("Running", status(second).outcome());
        assertEquals("Failed", journal.find(first).orElseThrow().status().outcome());
        assertEquals("Running", journal.find(second).orElseThrow().status().outcome());
    }

    @Test
    void aSessionThatIsOnlyOnDiskIsReadFromThereAndChangedThere() {
        var old = new BootSession(
                Samples.SESSION, Samples.session().spec(), Samples.session().status());
        journal.stored.put(old.id(), old);

        assertEquals(Optional.empty(), sessions.find(old.id()));
        assertEquals(Optional.of(old), sessions.load(old.id()));
        assertEquals(Optional.empty(), sessions.load("f".repeat(32)));
        assertTrue(step(old.id(), "kernel"));
        assertEquals(
                "Running",
                journal.find(old.id()).orElseThrow().status().outcome(),
                "it may be the newest of its machine");
    }

    @Test
    void whatIsInMemoryCountsBeforeWhatIsOnDisk() {
        var id = open(BootClient.Stage.FIRMWARE).session().id();
        journal.stored.clear();

        assertEquals(Optional.of(id), sessions.load(id).map(BootSession::id));
    }

    @Test
    void afterARestartTheSessionsOfTheLastHourAreThere() {
        var opened = open(BootClient.Stage.FIRMWARE).session();
        pass(60);

        try (var restarted = new BootSessions(journal, clock)) {
            assertEquals(Samples.TIME.plusSeconds(60 - 3600), journal.since);
            assertEquals(Optional.of(opened), restarted.find(opened.id()));
            assertEquals(Optional.of(opened), restarted.newest(MAC));
        }
        assertTrue(journal.closed);
    }

    @Test
    void memoryIsBoundedAndTheOldestGoes() {
        var first = sessions.open(client("52:54:01:00:00:00", BootClient.Stage.FIRMWARE, null), () -> BOOT);
        for (int i = 1; i < BootSessions.MAX_IN_MEMORY; i++) {
            var mac = "52:54:00:%02x:%02x:%02x".formatted(i >> 16, (i >> 8) & 255, i & 255);
            sessions.open(client(mac, BootClient.Stage.FIRMWARE, null), () -> BOOT);
        }
        assertTrue(sessions.find(first.session().id()).isPresent());

        var last = sessions.open(client("52:54:02:00:00:00", BootClient.Stage.FIRMWARE, null), () -> BOOT);

        assertEquals(Optional.empty(), sessions.find(first.session().id()));
        assertEquals(Optional.empty(), sessions.newest("52:54:01:00:00:00"));
        assertTrue(sessions.find(last.session().id()).isPresent());
    }

    /** Anybody can make up machines; those that are known are not forgotten for them. */
    @Test
    void bootsOfMachinesThatNobodyKnowsAreForgottenFirst() {
        var known = open(BootClient.Stage.FIRMWARE).session();
        var unknown = new BootDecision.Boot(null, Samples.image("lab-1", true, Samples.TIME), "unknown");
        for (int i = 0; i < BootSessions.MAX_IN_MEMORY; i++) {
            var mac = "52:54:03:%02x:%02x:%02x".formatted(i >> 16, (i >> 8) & 255, i & 255);
            sessions.open(client(mac, BootClient.Stage.FIRMWARE, null), () -> unknown);
        }

        assertTrue(sessions.find(known.id()).isPresent());
        assertEquals(Optional.empty(), sessions.newest("52:54:03:00:00:00"));
        assertTrue(sessions.newest("52:54:03:00:4e:1f").isPresent());
    }

    @Test
    void aBootMayBeSilentForTenMinutesAndNotLonger() {
        var id = open(BootClient.Stage.FIRMWARE).session().id();
        var agent = sessions.open(client("52:54:00:00:00:02", BootClient.Stage.FIRMWARE, null), () -> BOOT)
                .session()
                .id();
        step(agent, "agent");
        pass(600);
        assertEquals(0, sessions.closeSilent());

        pass(1);
        assertEquals(1, sessions.closeSilent());
        assertEquals("Failed", status(id).outcome());
        assertEquals("Running", status(agent).outcome(), "the stream of an agent tells when it is gone");
        assertEquals(0, sessions.closeSilent());
    }

    @Test
    void whyABootIsWhereItIs() {
        var id = open(BootClient.Stage.FIRMWARE).session().id();
        step(id, "dhcp");
        assertTrue(explained(id).contains("fetched nothing"), explained(id));
        step(id, "agent");
        step(id, "ready");
        assertEquals("the machine is ready", explained(id));
        step(id, "reboot");
        assertEquals("the machine was shut down or rebooted in order", explained(id));
        sessions.fail(id, "agent", "the agent crashed: out of memory");
        assertEquals("the agent crashed: out of memory", explained(id));
    }

    private String explained(String id) {
        return BootSessions.explain(sessions.find(id).orElseThrow());
    }

    @Test
    void whatWaitsToBeWrittenIsCounted() {
        assertEquals(0, sessions.pending());
        var id = open(BootClient.Stage.FIRMWARE).session().id();
        step(id, "dhcp");

        assertEquals(2, sessions.pending());
    }
}
