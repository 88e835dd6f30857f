package dev.garboard.dhcp.server;

import dev.garboard.dhcp.MacAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Bounds the work: so many messages of one client, one at a time, and so many of all clients together. */
final class Admission {

    private static final int MAXIMUM_CLIENTS = 8192;
    private static final int BURST = 20;
    private static final Duration REFILL = Duration.ofMillis(500);

    private final int maximumInFlight;
    private final InstantSource clock;
    private final Map<MacAddress, Bucket> buckets = new LinkedHashMap<>();
    private final Set<MacAddress> inFlight = new HashSet<>();

    private record Bucket(int tokens, Instant at) {}

    Admission(int maximumInFlight, InstantSource clock) {
        this.maximumInFlight = maximumInFlight;
        this.clock = clock;
    }

    /** Admits a message, to be followed by {@link #done}, or says why not. */
    synchronized Optional<Silence> refuse(MacAddress mac) {
        if (inFlight.contains(mac)) {
            return Optional.of(Silence.STILL_DECIDING);
        }
        if (inFlight.size() >= maximumInFlight) {
            return Optional.of(Silence.OVERLOADED);
        }
        if (!takeToken(mac)) {
            return Optional.of(Silence.RATE_LIMITED);
        }
        inFlight.add(mac);
        return Optional.empty();
    }

    synchronized void done(MacAddress mac) {
        inFlight.remove(mac);
    }

    private boolean takeToken(MacAddress mac) {
        var now = clock.instant();
        var bucket = buckets.remove(mac);
        int tokens = BURST;
        var at = now;
        if (bucket != null) {
            long refilled = Math.max(0, Duration.between(bucket.at(), now).dividedBy(REFILL));
            tokens = (int) Math.min(BURST, bucket.tokens() + refilled);
            at = tokens == BURST ? now : bucket.at().plus(REFILL.multipliedBy(refilled));
        }
        buckets.put(mac, new Bucket(Math.max(0, tokens - 1), at));
        if (buckets.size() > MAXIMUM_CLIENTS) {
            buckets.remove(buckets.keySet().iterator().next());
        }
        return tokens > 0;
    }
}
