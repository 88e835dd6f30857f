package dev.garboard.server;

import dev.garboard.inventory.Inventory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be done now and then: boots that fell silent are closed, and leases that nobody came back for are forgotten. */
record Housekeeping(ScheduledExecutorService timer, ScheduledFuture<?> task) implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    /** A machine that comes back within this time gets the address it had. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    static Housekeeping start(Inventory inventory, InstantSource clock) {
        var timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("housekeeping").factory());
        return new Housekeeping(
                timer, timer.scheduleWithFixedDelay(() -> run(inventory, clock), 1, 1, TimeUnit.MINUTES));
    }

    private static void run(Inventory inventory, InstantSource clock) {
        try {
            int silent = inventory.bootSessions().closeSilent();
            if (silent > 0) {
                log.atInfo().addKeyValue("boots", silent).log("closed boots that fell silent");
            }
            inventory
                    .leases()
                    .expire(clock.instant().minus(REMEMBERED))
                    .toCompletableFuture()
                    .join();
        } catch (RuntimeException failed) {
            // A scheduled task that throws is never run again.
            log.atWarn().setCause(failed).log("housekeeping failed; trying again");
        }
    }

    @Override
    public void close() {
        task.cancel(false);
        timer.shutdownNow();
    }
}
