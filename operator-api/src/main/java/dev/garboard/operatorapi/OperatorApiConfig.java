package dev.garboard.operatorapi;

import dev.garboard.admission.ConnectionLimits;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How the operator API listens, and its bounds.
 *
 * @param connections TCP connections, in all, of one address, and before their TLS handshakes are over; more are closed at once
 * @param requests requests that are worked on at the same time, watches not counted; more are answered with 429
 * @param watches open watches; more are answered with 429
 * @param maxBodyBytes of one request
 * @param maxWatchTime after which a watch ends and the client watches again
 * @param idleTimeout after which a silent connection without a watch is closed
 * @param bodyTimeout within which the body of a request must have come, and the first request of a connection that showed no certificate
 */
public record OperatorApiConfig(
        InetSocketAddress listen,
        ConnectionLimits connections,
        Shares requests,
        Shares watches,
        int maxBodyBytes,
        Duration maxWatchTime,
        Duration idleTimeout,
        Duration bodyTimeout) {

    /** All request bodies in memory together: so many of the largest. */
    static final int BODIES = 16;

    /**
     * So many in all, and so many for one caller by the name in the certificate.
     *
     * @param perCaller at most as many as {@code all}
     */
    public record Shares(int all, int perCaller) {
        public Shares {
            if (all < 1 || perCaller < 1) {
                throw new IllegalArgumentException("the places are " + all + " in all and " + perCaller
                        + " for one caller; set both to 1 or more");
            }
        }
    }

    public OperatorApiConfig {
        positive("operator-api.max-body-bytes", maxBodyBytes);
        positive("operator-api.max-watch-seconds", maxWatchTime.toSeconds());
        positive("operator-api.idle-seconds", idleTimeout.toSeconds());
        positive("operator-api.body-seconds", bodyTimeout.toMillis());
    }

    /** The defaults. A resource is small: one mebibyte is what etcd allows a Kubernetes object too. */
    public static OperatorApiConfig listeningOn(InetSocketAddress listen) {
        return new OperatorApiConfig(
                listen,
                ConnectionLimits.of(512, 64),
                new Shares(64, 32),
                new Shares(256, 128),
                1 << 20,
                Duration.ofMinutes(30),
                Duration.ofMinutes(5),
                Duration.ofSeconds(20));
    }

    private static void positive(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " is " + value + "; set it to 1 or more");
        }
    }
}
