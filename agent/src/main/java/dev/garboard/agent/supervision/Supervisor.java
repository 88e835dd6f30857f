package dev.garboard.agent.supervision;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
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
     * Makes a supervisor.
     *
     * @param fatal gets an {@link Error}: after one, nothing in this process can be relied on
     */
    public Supervisor(RandomGenerator random, Consumer<Throwable> fatal) {
        this.random = random;
        this.fatal = fatal;
    }

    /**
     * Starts the work of a service; returns at once.
     *
     * @return its thread; when that is interrupted, the work ends for good
     */
    public Thread start(Service service, Work work) {
        // Platform threads: this work blocks in native calls, which would hold the carrier of a virtual thread.
        return Thread.ofPlatform().name(service.name()).daemon().start(() -> supervise(service, work));
    }

    private void supervise(Service service, Work work) {
        var log = LoggerFactory.getLogger("garboard." + service.name());
        var backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
        while (true) {
            long started = System.nanoTime();
            try {
                work.run();
                return;
            } catch (InterruptedException ended) {
                service.stopped("interrupted");
                return;
            } catch (Exception failed) {
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
                Thread.sleep(backoff.next());
            } catch (InterruptedException ended) {
                service.stopped("interrupted");
                return;
            }
            service.restarted();
        }
    }
}
