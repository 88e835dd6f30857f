package dev.garboard.httpboot;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a bounded number of large downloads run. The others wait, clients in turn, so that one client's many requests do not keep the others
 * waiting. Used from one event loop; the two counters may be read from anywhere.
 */
final class DownloadQueue {

    /** A download's place, waiting or running. */
    final class Place {
        private final InetAddress client;
        private final Runnable start;
        private boolean running;
        private boolean left;

        private Place(InetAddress client, Runnable start) {
            this.client = client;
            this.start = start;
        }

        /** Gives the place back; the next download starts. */
        void leave() {
            if (left) {
                return;
            }
            left = true;
            if (running) {
                active.decrementAndGet();
                startNext();
            } else {
                withdraw(this);
            }
        }
    }

    private final int limit;
    private final int maxWaiting;
    private final Map<InetAddress, Deque<Place>> turns = new LinkedHashMap<>();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    DownloadQueue(int limit, int maxWaiting) {
        this.limit = limit;
        this.maxWaiting = maxWaiting;
    }

    int active() {
        return active.get();
    }

    int waiting() {
        return waiting.get();
    }

    /** A place; empty when even the queue is full. The download may be started before this returns. */
    Optional<Place> enter(InetAddress client, Runnable start) {
        if (active.get() >= limit && waiting.get() >= maxWaiting) {
            return Optional.empty();
        }
        var place = new Place(client, start);
        turns.computeIfAbsent(client, _ -> new ArrayDeque<>()).add(place);
        waiting.incrementAndGet();
        startNext();
        return Optional.of(place);
    }

    private void startNext() {
        while (active.get() < limit && !turns.isEmpty()) {
            var turn = turns.entrySet().iterator().next();
            var client = turn.getKey();
            var own = turn.getValue();
            var place = own.remove();
            turns.remove(client);
            if (!own.isEmpty()) {
                turns.put(client, own);
            }
            waiting.decrementAndGet();
            active.incrementAndGet();
            place.running = true;
            place.start.run();
        }
    }

    private void withdraw(Place place) {
        var own = turns.get(place.client);
        if (own != null && own.remove(place)) {
            waiting.decrementAndGet();
            if (own.isEmpty()) {
                turns.remove(place.client);
            }
        }
    }
}
