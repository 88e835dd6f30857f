package dev.garboard.server;

import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.ServingLoop;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be done now and then: boots that fell silent are closed, and leases that nobody came back for are forgotten. */
final class Housekeeping {

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private static final Duration EVERY = Duration.ofMinutes(1);
    /** A machine that comes back within this time gets the address it had. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private Housekeeping() {}

    static ServingLoop start(Inventory inventory, InstantSource clock) {
        return ServingLoop.start(inventory.parts().part("housekeeping"), EVERY, () -> run(inventory, clock));
    }

    private static void run(Inventory inventory, InstantSource clock) {
        int silent = inventory.bootSessions().closeSilent();
        if (silent > 0) {
            log.atInfo().addKeyValue("boots", silent).log("closed boots that fell silent");
        }
        inventory
                .leases()
                .expire(clock.instant().minus(REMEMBERED))
                .toCompletableFuture()
                .join();
    }
}
