package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a thread of its own each: whoever waits for a writer that never answers cannot be interrupted. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupCommitTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.TIME);
    private final ServingParts parts = new ServingParts((InstantSource) now::get);
    private final ServingPart part = parts.part("test");

    @Test
    void whatComesWhileABatchIsWrittenIsTheNextBatch() throws Exception {
        var started = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var batches = new ArrayList<List<Integer>>();

        try (var writer = new GroupCommit<Integer>(part, 10, 5, batch -> {
            started.countDown();
            awaitQuietly(goOn);
            batches.add(batch);
        })) {
            writer.submit(0);
            started.await();
            for (int i = 1; i <= 7; i++) {
                writer.submit(i);
            }
            goOn.countDown();
        }

        assertEquals(List.of(List.of(0), List.of(1, 2, 3, 4, 5), List.of(6, 7)), batches);
    }

    @Test
    void tooMuchIsRefusedAtOnce() throws Exception {
        var started = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var writer = new GroupCommit<Integer>(part, 2, 5, batch -> {
            started.countDown();
            awaitQuietly(goOn);
        })) {
            writer.submit(0);
            started.await();
            writer.submit(1);
            writer.submit(2);
            assertEquals(2, writer.pending());

            var refused = writer.submit(3).toCompletableFuture();

            var why = assertThrows(CompletionException.class, refused::join).getCause();
            assertEquals(
                    "test: 2 writes wait for the disk already; it is slower than what comes in",
                    assertInstanceOf(QueueFullException.class, why).getMessage());
            goOn.countDown();
        }
    }

    @Test
    void aWriterThatWorksCountsNoFailures() {
        var batches = new ArrayList<List<Integer>>();
        try (var writer = new GroupCommit<Integer>(part, 2, 5, batches::add)) {
            writer.submit(1).toCompletableFuture().join();
            writer.submit(2).toCompletableFuture().join();
        }

        assertEquals(List.of(List.of(1), List.of(2)), batches);
        assertEquals(0, part.report().failures());
    }

    @Test
    void aBatchThatFailsFailsForEachWhoWaits() {
        try (var writer = new GroupCommit<Integer>(part, 2, 5, batch -> {
            throw new IllegalStateException("disk");
        })) {
            var failed = writer.submit(0).toCompletableFuture();

            var why = assertThrows(CompletionException.class, failed::join).getCause();
            assertEquals(
                    "disk", assertInstanceOf(IllegalStateException.class, why).getMessage());
        }
    }

    @Test
    void anErrorFailsThoseWhoWaitAndTheNextIsWrittenAgain() {
        var broken = new AtomicBoolean(true);
        var written = new ArrayList<Integer>();
        try (var writer = new GroupCommit<Integer>(part, 10, 5, batch -> {
            if (broken.get()) {
                throw new NoClassDefFoundError("Row");
            }
            written.addAll(batch);
        })) {
            var failed = writer.submit(1).toCompletableFuture().orTimeout(10, TimeUnit.SECONDS);
            var why = assertThrows(CompletionException.class, failed::join).getCause();
            var meanwhile = awaitReport(report -> !report.works());
            broken.set(false);
            var recovered = awaitReport(ServingPart.Report::works);
            writer.submit(2)
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();

            assertInstanceOf(NoClassDefFoundError.class, why);
            assertEquals("NoClassDefFoundError: Row", meanwhile.trouble());
            assertTrue(recovered.lastSuccess() != null);
        }

        assertEquals(List.of(2), written);
    }

    @Test
    void aWriterThatOnlyThrowsErrorsEndsTheProcess() {
        try (var writer = new GroupCommit<Integer>(part, 10, 5, batch -> {
            throw new NoClassDefFoundError("Row");
        })) {
            writer.submit(1);

            var reason = parts.hopeless()
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();

            assertEquals("test failed 10 times in a row, last with NoClassDefFoundError: Row", reason);
        }
    }

    @Test
    void theNextAttemptComesWithinASecond() {
        assertEquals(Duration.ofMillis(100), GroupCommit.shorter(Duration.ofMillis(100)));
        assertEquals(Duration.ofSeconds(1), GroupCommit.shorter(Duration.ofSeconds(30)));
    }

    @Test
    void oneBadPieceOfWorkFailsAlone() throws Exception {
        var started = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var written = new ArrayList<Integer>();
        try (var writer = new GroupCommit<Integer>(part, 10, 5, batch -> {
            started.countDown();
            awaitQuietly(goOn);
            if (batch.contains(2)) {
                throw new IllegalStateException("2 is bad");
            }
            written.addAll(batch);
        })) {
            writer.submit(0);
            started.await();
            var stages = Stream.of(1, 2, 3)
                    .map(work -> writer.submit(work).toCompletableFuture())
                    .toList();
            now.set(Samples.TIME.plusSeconds(60));
            goOn.countDown();

            stages.get(0).join();
            stages.get(2).join();
            awaitReport(report -> Samples.TIME.plusSeconds(60).equals(report.lastSuccess()));
            var why =
                    assertThrows(CompletionException.class, stages.get(1)::join).getCause();
            assertEquals(
                    "2 is bad",
                    assertInstanceOf(IllegalStateException.class, why).getMessage());
        }

        assertEquals(List.of(0, 1, 3), written);
        assertEquals(0, part.report().failures());
    }

    @Test
    void aWriterThatHangsIsFound() throws Exception {
        var started = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var writer = new GroupCommit<Integer>(part, 10, 5, _ -> {
            started.countDown();
            awaitQuietly(goOn);
        })) {
            writer.submit(1);
            started.await();
            now.set(Samples.TIME.plusSeconds(31));

            assertEquals("busy with one thing for 31 s", part.report().trouble());
            goOn.countDown();
        }
    }

    @Test
    void aWriterWhoseThreadIsGoneSaysSo() {
        new GroupCommit<Integer>(part, 10, 5, _ -> {}).close();

        assertEquals("its thread has ended", part.report().trouble());
    }

    @Test
    void whoeverComesAfterTheEndIsRefusedAndDoesNotWait() {
        var writer = new GroupCommit<Integer>(part, 10, 5, _ -> {});
        writer.close();

        // On another thread: this one could enter whatever it did not leave.
        var answer = new CompletableFuture<Throwable>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> writer.submit(1).whenComplete((_, refused) -> answer.complete(refused)));

        var why = answer.orTimeout(20, TimeUnit.SECONDS).join();
        assertEquals(
                "test is closed",
                assertInstanceOf(QueueFullException.class, why).getMessage());
    }

    @Test
    void whoeverIsInterruptedWhileClosingStaysSoAndAllIsWritten() throws Exception {
        var started = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var written = new ArrayList<Integer>();
        var writer = new GroupCommit<Integer>(part, 10, 5, batch -> {
            started.countDown();
            awaitQuietly(goOn);
            written.addAll(batch);
        });
        writer.submit(1);
        started.await();
        writer.submit(2);

        var interrupted = new CompletableFuture<Boolean>();
        var closing = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            writer.close();
            interrupted.complete(Thread.interrupted());
        });
        goOn.countDown();

        assertTrue(interrupted.get(20, TimeUnit.SECONDS), "the interruption was swallowed");
        closing.join();
        assertEquals(List.of(1, 2), written);
        new GroupCommit<Integer>(part, 10, 5, _ -> {}).close();
        assertFalse(Thread.interrupted());
    }

    private ServingPart.Report awaitReport(Predicate<ServingPart.Report> wanted) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < until) {
            var report = part.report();
            if (wanted.test(report)) {
                return report;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("not so within 20 s: " + part.report());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
