package dev.garboard.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what many ask for in few transactions: while one is being synced to disk the next batch gathers. The work is done in the order
 * in which it was submitted, and its stage completes on the writing thread after the commit; continue elsewhere whatever takes time.
 */
final class GroupCommit<W> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private final String name;
    private final int maxBatch;
    private final Consumer<List<W>> write;
    private final ArrayBlockingQueue<Waiting<W>> queue;
    private final Thread thread;
    private final ReentrantLock submitting = new ReentrantLock();
    private volatile boolean closed;

    /** A piece of work and who waits for it. */
    private record Waiting<W>(W work, CompletableFuture<Void> done) {}

    GroupCommit(String name, int capacity, int maxBatch, Consumer<List<W>> write) {
        this.name = name;
        this.maxBatch = maxBatch;
        this.write = write;
        this.queue = new ArrayBlockingQueue<>(capacity);
        // A platform thread: it spends its life in native calls, which would pin a carrier.
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
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
        while (!closed || !queue.isEmpty()) {
            try {
                var first = queue.poll(50, TimeUnit.MILLISECONDS);
                if (first != null) {
                    var batch = new ArrayList<Waiting<W>>();
                    batch.add(first);
                    queue.drainTo(batch, maxBatch - 1);
                    write(batch);
                }
            } catch (InterruptedException ignored) {
                // Only close() ends this thread, after everything is written.
                log.atDebug().addKeyValue("writer", name).log("interrupted, goes on");
            }
        }
    }

    private void write(List<Waiting<W>> batch) {
        try {
            write.accept(batch.stream().map(Waiting::work).toList());
        } catch (RuntimeException failed) {
            log.atWarn()
                    .addKeyValue("writer", name)
                    .addKeyValue("batch", batch.size())
                    .setCause(failed)
                    .log("batch not written");
            batch.forEach(waiting -> waiting.done().completeExceptionally(failed));
            return;
        }
        batch.forEach(waiting -> waiting.done().complete(null));
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
