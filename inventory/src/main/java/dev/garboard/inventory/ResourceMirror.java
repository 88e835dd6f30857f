package dev.garboard.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All resources of one kind in memory, for those who may not block. It follows the store by milliseconds; when its watch ends it lists
 * again and goes on.
 */
public final class ResourceMirror<S extends Record, T extends Record> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ResourceMirror.class);

    private final ResourceStore store;
    private final Kind<S, T> kind;
    private final Listener<S, T> listener;
    private final ServingPart part;
    private final Map<String, Resource<S, T>> byName = new ConcurrentSkipListMap<>();
    private ResourceStore.@Nullable Watch watch;
    private int listings;
    private boolean closed;

    /** Told of every change, one after the other, after the mirror has it; before and after are null where there is none. */
    @FunctionalInterface
    public interface Listener<S extends Record, T extends Record> {
        void changed(@Nullable Resource<S, T> before, @Nullable Resource<S, T> after);
    }

    private ResourceMirror(ResourceStore store, Kind<S, T> kind, Listener<S, T> listener) {
        this.part = store.parts().another("mirror-" + kind.plural());
        this.store = store;
        this.kind = kind;
        this.listener = listener;
    }

    /** Lists, then follows. Blocks until the first listing is in memory. */
    public static <S extends Record, T extends Record> ResourceMirror<S, T> start(
            ResourceStore store, Kind<S, T> kind) {
        return start(store, kind, (before, after) -> {});
    }

    /** As {@link #start(ResourceStore, Kind)}; the listener hears of what the first listing holds too. */
    public static <S extends Record, T extends Record> ResourceMirror<S, T> start(
            ResourceStore store, Kind<S, T> kind, Listener<S, T> listener) {
        var mirror = new ResourceMirror<>(store, kind, listener);
        try {
            mirror.list();
            return mirror;
        } catch (RuntimeException refused) {
            mirror.close();
            throw refused;
        }
    }

    public Optional<Resource<S, T>> get(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All of them, in the order of their names. */
    public Collection<Resource<S, T>> all() {
        return List.copyOf(byName.values());
    }

    /** How often it listed; more than once only after a watch ended. */
    synchronized int listings() {
        return listings;
    }

    private synchronized void list() {
        if (closed) {
            return;
        }
        var listing = store.list(kind);
        var names = listing.items().stream().map(Resource::name).collect(Collectors.toSet());
        // What cannot be read now is not gone: it stays as it was last.
        var unreadable = listing.unreadable().keySet();
        for (var gone : List.copyOf(byName.keySet())) {
            if (!names.contains(gone) && !unreadable.contains(gone)) {
                put(gone, null);
            }
        }
        listing.items().forEach(resource -> put(resource.name(), resource));
        watch = store.watch(kind, listing.revision(), this::changed, this::ended);
        listings++;
        part.worked();
    }

    private synchronized void changed(ResourceStore.Change change) {
        if (closed) {
            return;
        }
        var resource = change.resource();
        var current = new Resource<>(
                kind,
                resource.metadata(),
                kind.spec().cast(resource.spec()),
                kind.status().cast(resource.status()));
        put(resource.name(), change.type() == ResourceStore.Change.Type.DELETED ? null : current);
        part.worked();
    }

    private void put(String name, @Nullable Resource<S, T> after) {
        var before = after == null ? byName.remove(name) : byName.put(name, after);
        if (before != null || after != null) {
            listener.changed(before, after);
        }
    }

    /** On the thread of the watch that ended. */
    private void ended(RuntimeException reason) {
        log.atInfo()
                .addKeyValue("kind", kind.name())
                .addKeyValue("reason", String.valueOf(reason.getMessage()))
                .log("mirror lists again");
        try {
            while (!isClosed() && !(reason instanceof InventoryUnavailableException)) {
                try {
                    list();
                    return;
                } catch (Throwable failed) {
                    Thread.sleep(part.failed(failed));
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        store.parts().forget(part);
        if (watch != null) {
            watch.close();
        }
    }
}
