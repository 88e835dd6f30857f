package dev.garboard.inventory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what many ask for in few transactions: while one is being synced to disk the next batch gathers. The work is done in the order
 * in which it was submitted, and its stage completes on the writing thread after the commit; continue elsewhere whatever takes time.
 * Whatever the writing throws fails those who wait, never the thread. After a failure it writes batches of nothing until one succeeds, so
 * that a report does not go on saying what was true an hour ago.
 */
final class GroupCommit<W> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final String name;
    private final ServingPart part;
    private final int maxBatch;
    private final Consumer<List<W>> write;
    private final ArrayBlockingQueue<Waiting<W>> queue;
    private final Thread thread;
    private final ReentrantLock submitting = new ReentrantLock();
    private volatile boolean closed;

    /** A piece of work and who waits for it. */
    private record Waiting<W>(W work, CompletableFuture<Void> done) {}

    GroupCommit(ServingPart part, int capacity, int maxBatch, Consumer<List<W>> write) {
        this.name = part.name();
        this.part = part;
        this.maxBatch = maxBatch;
        this.write = write;
        this.queue = new ArrayBlockingQueue<>(capacity);
        // A platform thread: it spends its life in native calls, which would pin a carrier.
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
        part.runsIn(thread);
        thread.start();
    }

    /** Never blocks; the stage fails with {@link QueueFullException} when too much waits. */
    CompletionStage<Void> submit(W work) {
        var done = new CompletableFuture<Void>();
        submitting.lock();
        try {
            if (closed) {
                done.completeExceptionally(new QueueFullException(name + " is closed"));
            } else if (!queue.offer(new Waiting<>(work, done))) {
                done.completeExceptionally(new QueueFullException(name + ": " + queue.size()
                        + " writes wait for the disk already; it is slower than what comes in"));
            }
        } finally {
            submitting.unlock();
        }
        return done;
    }

    int pending() {
        return queue.size();
    }

    private void run() {
        boolean healthy = true;
        var pause = Duration.ZERO;
        while (!closed || !queue.isEmpty()) {
            try {
                var first = queue.poll(Math.max(50, pause.toMillis()), TimeUnit.MILLISECONDS);
                if (first == null && healthy) {
                    continue;
                }
                var batch = new ArrayList<Waiting<W>>();
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, maxBatch - 1);
                }
                pause = write(batch);
                healthy = pause.isZero();
            } catch (InterruptedException ignored) {
                // Only close() ends this thread, after everything is written.
                log.atDebug().addKeyValue("writer", name).log("interrupted, goes on");
            } catch (Throwable failed) {
                healthy = false;
                pause = shorter(part.failed(failed));
            }
        }
    }

    /** How long to wait before the next attempt; zero when all is well. */
    private Duration write(List<Waiting<W>> batch) {
        var failure = attempt(batch);
        if (failure == null) {
            part.worked();
            return Duration.ZERO;
        }
        if (attempt(List.of()) == null) {
            return writeEach(batch, failure);
        }
        batch.forEach(waiting -> waiting.done().completeExceptionally(failure));
        return shorter(part.failed(failure));
    }

    /** The writer works, so one of these is bad, and that one alone is to fail. */
    private Duration writeEach(List<Waiting<W>> batch, Throwable failure) {
        for (var waiting : batch) {
            var refused = batch.size() == 1 ? failure : attempt(List.of(waiting));
            if (refused != null) {
                log.atError()
                        .addKeyValue("writer", name)
                        .addKeyValue("of", batch.size())
                        .setCause(refused)
                        .log("one of a batch is not written; the others are");
                waiting.done().completeExceptionally(refused);
            }
        }
        part.worked();
        return Duration.ZERO;
    }

    private @Nullable Throwable attempt(List<Waiting<W>> batch) {
        part.began();
        try {
            write.accept(batch.stream().map(Waiting::work).toList());
        } catch (Throwable failed) {
            return failed;
        }
        batch.forEach(waiting -> waiting.done().complete(null));
        return null;
    }

    /** However often it failed, whoever waits for the disk to come back hears of it in a second. Of two that are equal it does not matter which. */
    static Duration shorter(Duration pause) {
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** Refuses new work, writes what waits, and returns. */
    @Override
    public void close() {
        submitting.lock();
        try {
            closed = true;
        } finally {
            submitting.unlock();
        }
        var interrupted = false;
        // Without joining it would spin, and still wait.
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException stopped) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
