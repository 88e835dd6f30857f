package dev.garboard.fleet;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lets each address ask so many times a minute; remembers a bounded number of addresses. */
final class AddressLimiter {

    private static final int REMEMBERED = 20_000;

    private final int perMinute;
    private final InstantSource clock;
    private final Map<InetAddress, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Bucket(double tokens, Instant at) {}

    AddressLimiter(int perMinute, InstantSource clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    synchronized boolean mayAsk(InetAddress address) {
        var now = clock.instant();
        var bucket = buckets.getOrDefault(address, new Bucket(perMinute, now));
        double refill = Duration.between(bucket.at(), now).toMillis() / 60_000.0 * perMinute;
        double tokens = Math.min(perMinute, bucket.tokens() + Math.max(0, refill));
        boolean allowed = tokens >= 1;
        buckets.put(address, new Bucket(allowed ? tokens - 1 : tokens, now));
        return allowed;
    }
}
