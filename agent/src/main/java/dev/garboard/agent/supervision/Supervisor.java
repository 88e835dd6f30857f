package dev.garboard.agent.supervision;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Runs the work of services on threads of their own and starts it again, after a growing wait, when it fails. */
public final class Supervisor {

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final RandomGenerator random;
    private final Consumer<Throwable> fatal;

    /** What a service does. */
    public interface Work {
        /** Returns when there is nothing more to do; an exception means: start again. */
        void run() throws Exception;
    }

    /**
     * Work that was started. To be ended it is interrupted, but that is not relied on: much of what work calls, libraries included, may take an
     * interrupt for itself and forget it.
     */
    public static final class Running {

        private volatile boolean ended;
        private volatile @Nullable Thread thread;

        /** Whether it goes on, or will be started again. */
        public boolean isAlive() {
            Thread now = thread;
            return now != null && now.isAlive();
        }

        /** Whether it is to end; work that waits in a loop looks from time to time. */
        public boolean isToEnd() {
            return ended;
        }

        /** Ends it for good, and waits for that. */
        public void end() throws InterruptedException {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
            Thread now = thread;
            if (now != null) {
                now.interrupt();
                now.join();
            }
        }

        /** Waits that long, or until it is to end. */
        private synchronized void pause(Duration time) throws InterruptedException {
            long deadline = System.nanoTime() + time.toNanos();
            for (long left = time.toMillis();
                    !ended && left > 0;
                    left = Duration.ofNanos(deadline - System.nanoTime()).toMillis()) {
                wait(left);
            }
        }
    }

    /**
     * Makes a supervisor.
     *
     * @param fatal gets an {@link Error}: after one, nothing in this process can be relied on
     */
    public Supervisor(RandomGenerator random, Consumer<Throwable> fatal) {
        this.random = random;
        this.fatal = fatal;
    }

    /** Starts the work of a service; returns at once. */
    public Running start(Service service, Work work) {
        var running = new Running();
        // Platform threads: this work blocks in native calls, which would hold the carrier of a virtual thread.
        var thread =
                Thread.ofPlatform().name(service.name()).daemon().unstarted(() -> supervise(service, work, running));
        running.thread = thread;
        thread.start();
        return running;
    }

    private void supervise(Service service, Work work, Running running) {
        var log = LoggerFactory.getLogger("garboard." + service.name());
        var backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
        while (!running.isToEnd()) {
            long started = System.nanoTime();
            try {
                work.run();
                return;
            } catch (InterruptedException ended) {
                service.stopped("interrupted");
                return;
            } catch (Exception failed) {
                if (running.isToEnd()) {
                    break;
                }
                log.error("failed", failed);
                service.failed(String.valueOf(failed.getMessage() == null ? failed : failed.getMessage()));
            } catch (Throwable error) {
                fatal.accept(error);
                return;
            }
            if (Duration.ofNanos(System.nanoTime() - started).compareTo(LONGEST_WAIT) > 0) {
                backoff.reset();
            }
            try {
                running.pause(backoff.next());
            } catch (InterruptedException ended) {
                service.stopped("interrupted");
                return;
            }
            service.restarted();
        }
        service.stopped("interrupted");
    }
}
