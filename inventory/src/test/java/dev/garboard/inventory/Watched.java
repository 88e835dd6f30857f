package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A watch whose changes a test takes one by one. */
final class Watched implements AutoCloseable {

    private final LinkedBlockingQueue<ResourceStore.Change> changes = new LinkedBlockingQueue<>();
    private final ResourceStore.Watch watch;

    private Watched(ResourceStore store, @Nullable Kind<?, ?> kind, long after) {
        watch = store.watch(kind, after, changes::add, reason -> {});
    }

    static Watched from(ResourceStore store, @Nullable Kind<?, ?> kind, long after) {
        return new Watched(store, kind, after);
    }

    List<ResourceStore.Change> changes(int count) throws InterruptedException {
        var taken = new ArrayList<ResourceStore.Change>();
        while (taken.size() < count) {
            var change = changes.poll(10, TimeUnit.SECONDS);
            assertNotNull(change, "only " + taken.size() + " of " + count + " changes came");
            taken.add(change);
        }
        return taken;
    }

    List<Long> revisions(int count) throws InterruptedException {
        return changes(count).stream()
                .map(change -> change.resource().metadata().resourceVersion())
                .toList();
    }

    @Override
    public void close() {
        watch.close();
    }
}
