package dev.garboard.inventory;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Does something again and again on a thread of its own. Whatever it throws, it is done again: after a failure with growing pauses,
 * otherwise after the usual one. A scheduled task of the JDK that throws is never run again, and nobody hears of it.
 */
public final class ServingLoop implements AutoCloseable {

    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private final ServingPart part;
    private final Duration every;
    private final Work work;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private boolean wake;
    private boolean closed;

    /** One round. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    private ServingLoop(ServingPart part, Duration every, Work work) {
        this.part = part;
        this.every = every;
        this.work = work;
        // A platform thread: these rounds read files and databases, whose native calls would pin a carrier.
        this.thread = Thread.ofPlatform().daemon().name(part.name()).unstarted(this::run);
    }

    /** Does the work once every so often; the first time after that time. */
    public static ServingLoop start(ServingPart part, Duration every, Work work) {
        var loop = new ServingLoop(part, every, work);
        part.runsIn(loop.thread);
        loop.thread.start();
        return loop;
    }

    /** Begins the next round at once. */
    public void wake() {
        lock.lock();
        try {
            wake = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        var pause = every;
        while (!awaitNext(pause)) {
            try {
                part.began();
                work.run();
                part.worked();
                pause = every;
            } catch (InterruptedException stopped) {
                if (isClosed()) {
                    return;
                }
                pause = part.failed(stopped);
            } catch (Throwable failed) {
                if (isClosed()) {
                    return;
                }
                pause = part.failed(failed);
            }
        }
    }

    /** True when closed. */
    private boolean awaitNext(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!wake && !closed && left > 0) {
                left = woken.awaitNanos(left);
            }
            wake = false;
            return closed;
        } catch (InterruptedException stopped) {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits a moment for a round under way. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            // Not an interrupt: that would break a connection to PostgreSQL or a channel in the middle of its work.
            if (!Thread.currentThread().equals(thread) && !thread.join(STOP_WITHIN)) {
                thread.interrupt();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
