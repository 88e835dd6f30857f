package dev.garboard.operatorapi;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How the operator API listens, and its bounds.
 *
 * @param maxConnections TCP connections; more are closed at once
 * @param maxRequests requests that are worked on at the same time, watches not counted; more are answered with 429
 * @param maxWatches open watches; more are answered with 429
 * @param maxBodyBytes of one request
 * @param maxWatchTime after which a watch ends and the client watches again
 * @param idleTimeout after which a silent connection without a watch is closed
 */
public record OperatorApiConfig(
        InetSocketAddress listen,
        int maxConnections,
        int maxRequests,
        int maxWatches,
        int maxBodyBytes,
        Duration maxWatchTime,
        Duration idleTimeout) {

    public OperatorApiConfig {
        positive("max-connections", maxConnections);
        positive("max-requests", maxRequests);
        positive("max-watches", maxWatches);
        positive("max-body-bytes", maxBodyBytes);
        positive("max-watch-time", maxWatchTime.toSeconds());
        positive("idle-timeout", idleTimeout.toSeconds());
    }

    /** The defaults. A resource is small: one mebibyte is what etcd allows a Kubernetes object too. */
    public static OperatorApiConfig listeningOn(InetSocketAddress listen) {
        return new OperatorApiConfig(listen, 512, 64, 256, 1 << 20, Duration.ofMinutes(30), Duration.ofMinutes(5));
    }

    private static void positive(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("operator-api." + key + " is " + value + "; set it to 1 or more");
        }
    }
}
