package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ResourceStore.Change;
import dev.garboard.inventory.RevisionGoneException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One watch, from its first event to its end. Runs on the virtual thread of its request; changes arrive on one of the store's. */
final class WatchSession {

    private static final Duration BETWEEN_BOOKMARKS = Duration.ofSeconds(30);

    /** Where events go. Sending blocks until the connection took the event. */
    interface Sink {

        /** Sends the head of the answer; nothing can be refused after it. */
        void begin();

        void send(ObjectNode event);
    }

    private final ResourceStore store;
    private final InstantSource clock;
    private final Kind<?, ?> kind;
    private final Rendering rendering;
    private final Predicate<Resource<?, ?>> selector;
    private final Sink sink;
    private final CountDownLatch ended;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final ReentrantLock sending = new ReentrantLock();

    /** Whether a resource was selected when it was last seen; names that were not seen are missing. */
    private final Map<String, Boolean> selected = new HashMap<>();

    private boolean columnsSent;
    /** Every change up to here was sent or passed over. */
    private long revision;

    private long changes;
    private long changesAtLastBookmark;
    private long newestAtLastBookmark;

    /** @param ended reached when the caller is gone or the server stops */
    WatchSession(
            ResourceStore store, InstantSource clock, ApiCall call, Kind<?, ?> kind, Sink sink, CountDownLatch ended) {
        this.store = store;
        this.clock = clock;
        this.kind = kind;
        this.rendering = Rendering.of(call);
        this.selector = Selectors.of(call);
        this.sink = sink;
        this.ended = ended;
    }

    /** Runs until the caller goes, the time is up or the store ends it. */
    void run(ApiCall call, Duration longest) {
        ListOptions.check(call);
        var from = call.number("resourceVersion", 0);
        var bookmarks = call.flag("allowWatchBookmarks");
        var seconds = call.number("timeoutSeconds", 0);
        var time = seconds == 0 ? longest : Duration.ofSeconds(Math.min(seconds, longest.toSeconds()));
        var initialEvents = from == 0 || call.flag("sendInitialEvents");

        var listing = store.list(kind);
        revision = initialEvents ? listing.revision() : from;
        List<? extends Resource<?, ?>> known = listing.items();
        // What changed after the revision may have been selected before or not; only the others are certain.
        known.stream()
                .filter(item -> item.metadata().resourceVersion() <= revision)
                .forEach(item -> selected.put(item.name(), selector.test(item)));
        try (var _ = store.watch(kind, revision, this::changed, this::endedByStore)) {
            sink.begin();
            if (initialEvents) {
                known.stream().filter(selector).forEach(item -> send("ADDED", item));
                if (bookmarks && call.flag("sendInitialEvents")) {
                    bookmark(true);
                }
            }
            begun.countDown();
            waitForTheEnd(time, bookmarks);
        } catch (RevisionGoneException gone) {
            throw new RefusedException(Refusal.expired(String.valueOf(gone.getMessage())));
        }
    }

    private void waitForTheEnd(Duration time, boolean bookmarks) {
        long deadline = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            try {
                if (ended.await(Math.min(left, BETWEEN_BOOKMARKS.toNanos()), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
            if (bookmarks) {
                bookmark(false);
            }
        }
    }

    private void changed(Change change) {
        try {
            begun.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return;
        }
        var resource = change.resource();
        sending.lock();
        try {
            var type = eventType(change);
            if (type != null) {
                send(type, resource);
            }
            revision = resource.metadata().resourceVersion();
            changes++;
        } catch (ResponseSink.CallerGoneException gone) {
            ended.countDown();
        } finally {
            sending.unlock();
        }
    }

    /** With a selector, a resource that begins or ceases to match is added or deleted for this watch. */
    private @Nullable String eventType(Change change) {
        var resource = change.resource();
        var matches = selector.test(resource);
        if (change.type() == Change.Type.DELETED) {
            var before = selected.remove(resource.name());
            return matches || Boolean.TRUE.equals(before) ? "DELETED" : null;
        }
        var before = selected.put(resource.name(), matches);
        if (matches) {
            return change.type() == Change.Type.ADDED || Boolean.FALSE.equals(before) ? "ADDED" : "MODIFIED";
        }
        // Unknown counts as selected: a deletion of what the caller never had is harmless, a missed one is not.
        return change.type() == Change.Type.ADDED || Boolean.FALSE.equals(before) ? null : "DELETED";
    }

    private void endedByStore(RuntimeException reason) {
        var refusal = reason instanceof RevisionGoneException
                ? Refusal.expired(reason.getMessage() + "; list and watch again")
                : Refusal.internal("the watch was ended: " + reason.getMessage());
        sending.lock();
        try {
            event("ERROR", refusal.toStatus());
        } catch (ResponseSink.CallerGoneException gone) {
            // the reason has nobody to hear it any more
        } finally {
            sending.unlock();
            ended.countDown();
        }
    }

    private void bookmark(boolean endsInitialEvents) {
        var newest = store.revision();
        sending.lock();
        try {
            // Other kinds move the global revision on. When not one change came since the last bookmark, none up to the
            // revision of that time is still under way, and the caller may resume from there.
            if (changes == changesAtLastBookmark) {
                revision = Math.max(revision, newestAtLastBookmark);
            }
            changesAtLastBookmark = changes;
            newestAtLastBookmark = newest;
            event("BOOKMARK", rendering.bookmark(kind, revision, endsInitialEvents));
        } finally {
            sending.unlock();
        }
    }

    private void send(String type, Resource<?, ?> resource) {
        event(type, rendering.one(resource, clock.instant(), !columnsSent));
        columnsSent = true;
    }

    private void event(String type, ObjectNode object) {
        var event = JsonNodeFactory.instance.objectNode();
        event.put("type", type).set("object", object);
        sink.send(event);
    }
}
