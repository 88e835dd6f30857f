package dev.garboard.agent.supervision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SupervisorTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Service service = new ServiceTable().add("work", "");
    private final Supervisor supervisor = new Supervisor(new Random(1), _ -> {});

    /** Seen once, in a library that was loaded just then: the work failed, waited, and was started again for ever. */
    @Test
    void workEndsThoughItSwallowsTheInterrupt() {
        var begun = new CountDownLatch(1);
        var running = supervisor.start(service, () -> {
            begun.countDown();
            try {
                Thread.sleep(LIMIT.multipliedBy(10));
            } catch (InterruptedException swallowed) {
                throw new IllegalStateException("failed", swallowed);
            }
        });

        assertTimeoutPreemptively(LIMIT, () -> {
            begun.await();
            running.end();
        });

        assertFalse(running.isAlive());
        assertEquals(ServiceStatus.State.STOPPED, service.status().state());
    }

    @Test
    void workThatWaitsAfterAFailureEndsAtOnce() {
        var failed = new CountDownLatch(1);
        var running = supervisor.start(service, () -> {
            failed.countDown();
            throw new IllegalStateException("failed");
        });

        assertTimeoutPreemptively(LIMIT, () -> {
            failed.await();
            running.end();
        });

        assertFalse(running.isAlive());
    }
}
