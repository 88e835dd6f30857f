package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.DocumentEngine.Outcome;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceStatus;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.LeaveCluster;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How passes end, how the engine's thread goes on from there, and what is told when. */
class DocumentEngineRunTest {

    private final LinkedBlockingQueue<String> done = new LinkedBlockingQueue<>();
    private final AtomicInteger told = new AtomicInteger();
    private final Scripted first = new Scripted("First");
    private final Scripted second = new Scripted("Second");
    private final Service service = new ServiceTable().add("documents of a test", "");

    private final DocumentEngine engine = new DocumentEngine(
            service,
            List.of(first, second),
            new LeaveOrders(() -> "m1", LeaveOrders.none().membership(), Path.of("/proc/nowhere/orders")),
            new Random(1),
            told::incrementAndGet);
    private final Thread thread = new Thread(() -> {
        try {
            engine.run();
        } catch (InterruptedException ended) {
            done.add("ended");
        }
    });

    @AfterEach
    void end() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    @Test
    void aPassEndsAsTheWorstOfItsDocuments() throws Exception {
        assertEquals(Outcome.SETTLED, want(document("First", 1), document("Second", 1)));
        first.step = pending("waits");
        assertEquals(Outcome.PENDING, want(document("First", 2), document("Second", 2)));
        second.step = failed("broken");
        assertEquals(Outcome.FAILED, want(document("First", 3), document("Second", 3)));
        first.step = failed("broken");
        second.step = pending("waits");
        assertEquals(Outcome.FAILED, want(document("First", 4), document("Second", 4)));
    }

    @Test
    void aPassEndsAsTheWorstOfItsRemovals() throws Exception {
        want(document("First", 1), document("Second", 1));
        first.step = pending("waits");
        assertEquals(Outcome.PENDING, want());
        first.step = failed("broken");
        assertEquals(Outcome.FAILED, want());
        assertEquals("broken", engine.statuses().getFirst().getMessage());
        first.step = Step.NOTHING;
        assertEquals(Outcome.SETTLED, want());
    }

    @Test
    void aRemovalThatWaitsSaysForWhat() throws Exception {
        want(document("First", 1));
        first.step = pending("waits for pods");

        want();

        assertEquals("waits for pods", engine.statuses().getFirst().getMessage());
    }

    @Test
    void whatFailsWithoutAWordIsToldByItsKind() throws Exception {
        first.step = () -> {
            throw new IOException();
        };

        want(document("First", 1));

        assertEquals("java.io.IOException", engine.statuses().getFirst().getMessage());
    }

    /** What the former state needed goes only when all of the present one is there. */
    @Test
    void isSettledOnlyWhenAllIsApplied() throws Exception {
        second.step = pending("waits");
        want(document("First", 1), document("Second", 1));
        assertEquals(List.of(), first.ends);

        second.step = Step.NOTHING;
        engine.convergeOnce();

        assertEquals(List.of("settle First"), first.ends);
        assertEquals(List.of("settle Second"), second.ends);
    }

    @Test
    void aNodeThatGoesDownClosesTheLastKindFirstAndStartsNothingAgain() throws Exception {
        want(document("First", 1), document("Second", 1));
        done.clear();

        engine.shutDown();

        assertEquals(List.of("close Second", "close First"), all());
        assertEquals(Outcome.SETTLED, want(document("First", 2)));
        assertEquals(List.of("settle First", "close First"), first.ends);
        assertEquals(List.of(), all());
    }

    @Test
    void aPassDuringWhichTheNodeGoesDownEndsAtOnce() throws Exception {
        first.step = engine::shutDown;

        assertEquals(Outcome.SETTLED, want(document("First", 1), document("Second", 1)));

        assertEquals(List.of("close Second", "close First", "apply First"), all());
        assertEquals(List.of("close First"), first.ends);
    }

    /** Its disk is checked for half an hour, and meanwhile the node goes down. */
    @Test
    void nothingIsTakenBackByANodeThatWentDownWhileItsDiskFailed() throws Exception {
        want(document("Second", 1));
        all();
        first.comesFirst = true;
        first.step = () -> {
            engine.shutDown();
            throw new IOException("damaged");
        };

        assertEquals(Outcome.FAILED, want(document("First", 1)));

        assertEquals(List.of("close Second", "close First"), all());
    }

    @Test
    void whatIsTakenBackByANodeWhoseDiskWaitsIsTakenBack() throws Exception {
        want(document("Second", 1));
        all();
        first.comesFirst = true;
        first.step = pending("waits for the disk");

        assertEquals(Outcome.PENDING, want(document("First", 1)));

        assertEquals(List.of("remove Second"), all());
    }

    @Test
    void whatCameBackWhileItWasTakenAwayStartsFromNothing() throws Exception {
        want(document("First", 1));
        first.step = () -> engine.want(List.of(document("First", 1)), Map.of());

        want();

        var status = engine.statuses().getFirst();
        assertEquals(List.of(1L, 0L), List.of(status.getDesiredRevision(), status.getAppliedRevision()));
        first.step = Step.NOTHING;
        done.clear();
        engine.convergeOnce();
        assertEquals(List.of("apply First"), all());
    }

    @Test
    void anInterruptEndsAPassAndIsNoFailure() throws Exception {
        want(document("First", 1));
        first.step = () -> {
            throw new InterruptedException();
        };

        assertThrows(InterruptedException.class, () -> want(document("First", 2)));
        assertEquals(0, engine.statuses().getFirst().getFailedRevision());
        assertThrows(InterruptedException.class, this::want);
        assertEquals(0, engine.statuses().getFirst().getFailedRevision());
    }

    @Test
    void everyChangeIsToldAndNothingIsToldTwice() throws Exception {
        engine.want(List.of(document("First", 1)), Map.of());
        assertEquals(1, told.getAndSet(0));
        first.step = pending("waits");
        engine.convergeOnce();
        engine.convergeOnce();
        assertEquals(1, told.getAndSet(0));
        first.step = failed("broken");
        engine.convergeOnce();
        engine.convergeOnce();
        assertEquals(1, told.getAndSet(0));
        first.step = Step.NOTHING;
        engine.convergeOnce();
        engine.convergeOnce();
        assertEquals(1, told.getAndSet(0));
        engine.want(List.of(), Map.of());
        told.set(0);
        engine.convergeOnce();
        engine.convergeOnce();
        assertEquals(1, told.get());
    }

    @Test
    void theAnswerToAnOrderIsToldOnce() throws Exception {
        engine.want(List.of(), Map.of(), List.of(order("m2")));
        told.set(0);

        assertEquals(Outcome.SETTLED, engine.convergeOnce());
        engine.convergeOnce();

        assertEquals(1, told.get());
    }

    /** What was carried out before is noted there; without it nobody knows. */
    @Test
    void anOrderWhoseNoteCannotBeWrittenIsTriedAgain() throws Exception {
        engine.want(List.of(), Map.of(), List.of(order("m1")));

        assertEquals(Outcome.FAILED, engine.convergeOnce());
        assertEquals(Outcome.FAILED, engine.convergeOnce());
    }

    @Test
    void documentsAreToldByKindAndName() throws Exception {
        want(named("Second", "b"), named("First", "c"), named("Second", "a"), named("First", "a"), named("First", "b"));

        assertEquals(
                List.of("First/a", "First/b", "First/c", "Second/a", "Second/b"),
                engine.statuses().stream().map(DocumentEngineRunTest::key).toList());
        assertEquals(List.of("apply First", "apply First", "apply First", "apply Second", "apply Second"), all());
    }

    @Test
    void theThreadWaitsForWhatIsWantedAndForWhoeverAsksAgain() throws Exception {
        thread.start();
        engine.want(List.of(document("First", 1)), Map.of());
        assertEquals("apply First", next());
        assertEquals(ServiceStatus.State.RUNNING, service.status().state());

        engine.want(List.of(document("First", 2)), Map.of());
        assertEquals("apply First", next());

        engine.again(List.of("First"));
        assertEquals("apply First", next());
        assertEquals(List.of(), all());
    }

    @Test
    void theThreadTriesAgainByItselfWhatFailedAndWhatWaits() throws Exception {
        var tries = new AtomicInteger();
        first.step = () -> {
            switch (tries.incrementAndGet()) {
                case 1, 2 -> throw new IOException("broken");
                case 3, 4 -> throw new DocumentPendingException("waits");
                default -> {}
            }
        };
        thread.start();
        long begin = System.nanoTime();

        engine.want(List.of(document("First", 1)), Map.of());

        assertEquals("apply First", next());
        assertEquals(5, tries.get());
        // Twice a tenth of a second, and the growing waits of two failures, half of them at the least.
        assertTrue(System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(900));
    }

    @Test
    void theThreadEndsWhenItIsInterrupted() throws Exception {
        thread.start();
        engine.want(List.of(document("First", 1)), Map.of());
        next();

        thread.interrupt();

        assertEquals("ended", next());
    }

    private Outcome want(Document... documents) throws InterruptedException {
        engine.want(List.of(documents), Map.of());
        return engine.convergeOnce();
    }

    private List<String> all() {
        var all = new ArrayList<String>();
        done.drainTo(all);
        return all;
    }

    private String next() throws InterruptedException {
        return String.valueOf(done.poll(20, TimeUnit.SECONDS));
    }

    private static String key(DocumentStatus status) {
        return status.getKind() + "/" + status.getName();
    }

    private static Document document(String kind, long revision) {
        return Document.newBuilder()
                .setKind(kind)
                .setName("default")
                .setRevision(revision)
                .setContent(ByteString.copyFromUtf8("content"))
                .build();
    }

    private static Document named(String kind, String name) {
        return document(kind, 1).toBuilder().setName(name).build();
    }

    private static Order order(String machine) {
        return Order.newBuilder()
                .setId("o1")
                .setLeaveCluster(LeaveCluster.newBuilder().setMachine(machine))
                .build();
    }

    private static Step pending(String why) {
        return () -> {
            throw new DocumentPendingException(why);
        };
    }

    private static Step failed(String why) {
        return () -> {
            throw new IOException(why);
        };
    }

    private interface Step {

        Step NOTHING = () -> {};

        void run() throws Exception;
    }

    private final class Scripted implements DocumentApplier {

        private final String kind;
        private final List<String> ends = new ArrayList<>();
        private volatile Step step = Step.NOTHING;
        private boolean comesFirst;

        Scripted(String kind) {
            this.kind = kind;
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public boolean comesFirst() {
            return comesFirst;
        }

        @Override
        public boolean ofCluster() {
            return !comesFirst;
        }

        @Override
        public void apply(DocumentInput input) throws Exception {
            step.run();
            done.add("apply " + kind);
        }

        @Override
        public void remove(String name) throws Exception {
            step.run();
            done.add("remove " + kind);
        }

        @Override
        public void settle() {
            ends.add("settle " + kind);
        }

        @Override
        public void close() {
            ends.add("close " + kind);
            done.add("close " + kind);
        }
    }
}
