package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    @Test
    void whatComesWhileABatchIsWrittenIsTheNextBatch() throws Exception {
        var started = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var batches = new ArrayList<List<Integer>>();

        try (var writer = new GroupCommit<Integer>("test", 10, 5, batch -> {
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
        try (var writer = new GroupCommit<Integer>("test", 2, 5, batch -> {
            started.countDown();
            awaitQuietly(goOn);
        })) {
            writer.submit(0);
            started.await();
            writer.submit(1);
            writer.submit(2);

            var refused = writer.submit(3).toCompletableFuture();

            var why = assertThrows(CompletionException.class, refused::join).getCause();
            assertEquals(
                    "test: 2 writes wait for the disk already; it is slower than what comes in",
                    assertInstanceOf(QueueFullException.class, why).getMessage());
            goOn.countDown();
        }
    }

    @Test
    void aBatchThatFailsFailsForEachWhoWaits() {
        try (var writer = new GroupCommit<Integer>("test", 2, 5, batch -> {
            throw new IllegalStateException("disk");
        })) {
            var failed = writer.submit(0).toCompletableFuture();

            var why = assertThrows(CompletionException.class, failed::join).getCause();
            assertEquals(
                    "disk", assertInstanceOf(IllegalStateException.class, why).getMessage());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
