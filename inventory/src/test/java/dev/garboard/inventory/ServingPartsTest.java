package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ServingPartsTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.TIME);
    private final ServingParts parts = new ServingParts(now::get);

    @Test
    void aLoopGoesOnAfterWhateverItsWorkThrows() throws Exception {
        var rounds = new AtomicInteger();
        var done = new CountDownLatch(1);

        try (var _ = ServingLoop.start(parts.part("loop"), Duration.ofMillis(1), () -> {
            switch (rounds.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("first");
                case 2 -> throw new StackOverflowError();
                case 3 -> throw new InterruptedException();
                default -> done.countDown();
            }
        })) {
            assertTrue(done.await(20, TimeUnit.SECONDS), () -> "stopped after " + rounds + " rounds");
        }

        assertEquals(3, report("loop").failures());
        assertEquals("", report("loop").trouble().replace("its thread has ended", ""));
    }

    @Test
    void aPartThatFailedSaysSoUntilItWorksAgain() {
        var part = parts.part("database");

        var first = part.failed(new IllegalStateException("connection refused"));
        var second = part.failed(new IllegalStateException("connection refused"));
        var failing = report("database");
        part.worked();

        assertEquals(Duration.ofMillis(100), first);
        assertEquals(Duration.ofMillis(200), second);
        assertEquals("connection refused", failing.trouble());
        assertEquals(new ServingPart.Report("database", "", "", 2, Samples.TIME), report("database"));
    }

    @Test
    void aPartThatHangsIsFoundWithoutItsHelp() {
        var part = parts.part("database");
        part.began();

        now.set(Samples.TIME.plusSeconds(30));
        var stillWell = report("database");
        now.set(Samples.TIME.plusSeconds(31));

        assertTrue(stillWell.works(), stillWell.trouble());
        assertEquals("busy with one thing for 31 s", report("database").trouble());
    }

    @Test
    void aThreadThatEndedIsFound() throws Exception {
        var ended = Thread.ofPlatform().unstarted(() -> {});
        parts.part("writer").runsIn(ended);
        ended.start();
        ended.join();

        assertEquals("its thread has ended", report("writer").trouble());
    }

    @Test
    void onlyErrorsInARowEndTheProcess() {
        var reason = new CompletableFuture<String>();
        parts.hopeless().thenAccept(reason::complete);
        var part = parts.part("lease-writer");

        for (int i = 0; i < 100; i++) {
            part.failed(new IllegalStateException("the database is away"));
        }
        for (int i = 1; i < ServingPart.HOPELESS_ERRORS; i++) {
            part.failed(new NoClassDefFoundError("Row"));
        }
        var before = reason.isDone();
        part.failed(new NoClassDefFoundError("Row"));

        assertFalse(before);
        assertEquals(
                "lease-writer failed 10 times in a row, last with NoClassDefFoundError: Row", reason.getNow("nothing"));
    }

    @Test
    void successBetweenErrorsKeepsTheProcess() {
        var reason = new CompletableFuture<String>();
        parts.hopeless().thenAccept(reason::complete);
        var part = parts.part("lease-writer");

        for (int i = 0; i < 30; i++) {
            part.failed(new StackOverflowError());
            part.worked();
        }

        assertFalse(reason.isDone());
    }

    private ServingPart.Report report(String name) {
        return parts.reports().stream()
                .filter(report -> report.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
