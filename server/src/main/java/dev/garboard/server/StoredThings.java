package dev.garboard.server;

import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.StoredChecks;
import java.time.Duration;
import java.time.InstantSource;

/** Looks now and then at everything that is stored, so that what is set aside is named before somebody misses it. */
final class StoredThings {

    private static final Duration EVERY = Duration.ofMinutes(10);

    private StoredThings() {}

    /** Looks once before anything is served, then keeps looking. */
    static ServingLoop start(ResourceStore store, InstantSource clock) {
        var part = store.parts().part("stored-resources");
        ServingLoop.Work look = () -> {
            StoredChecks.run(store, clock.instant());
            var aside = store.setAside().all();
            part.note(aside.isEmpty() ? "" : "set aside: " + SetAsideText.of(aside));
        };
        var loop = ServingLoop.start(part, EVERY, look);
        loop.wake();
        return loop;
    }
}
