package dev.garboard.httpboot;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the server behaves.
 *
 * @param listen             address and port; firmware of some vendors knows port 80 only
 * @param publicUrl          what scripts name as this server, such as {@code http://192.168.77.1}; null for the address and port the machine itself
 *                           reached, which is right unless addresses are translated in between
 * @param maxConnections     connections at once; one above it is closed
 * @param maxPerAddress      of them from one source address; one above it is closed
 * @param maxDownloads       large downloads at once; the others wait in a queue that is fair among clients
 * @param maxQueued          waiting downloads; one above it gets status 503
 * @param largeFrom          bytes from which a download counts as large; what is smaller never waits
 * @param idleTimeout        for a connection without a request
 * @param stallTimeout       for a client that takes no byte of its answer; waiting in the queue does not count
 */
public record BootHttpConfig(
        InetSocketAddress listen,
        @Nullable String publicUrl,
        int maxConnections,
        int maxPerAddress,
        int maxDownloads,
        int maxQueued,
        long largeFrom,
        Duration idleTimeout,
        Duration stallTimeout) {

    public BootHttpConfig {
        requirePositive("http-boot.max-connections", maxConnections);
        requirePositive("http-boot.max-connections-per-address", maxPerAddress);
        requirePositive("http-boot.max-bulk-downloads", maxDownloads);
        requirePositive("http-boot.max-queued-downloads", maxQueued);
        requirePositive("http-boot.bulk-from-bytes", largeFrom);
        requirePositive("http-boot.idle-seconds", idleTimeout.toMillis());
        requirePositive("http-boot.stall-seconds", stallTimeout.toMillis());
        if (publicUrl != null && !publicUrl.matches("http://[A-Za-z0-9.:\\[\\]-]+")) {
            throw new IllegalArgumentException("the public URL is " + publicUrl
                    + ", expected http://ADDRESS or http://ADDRESS:PORT; set http-boot.public-address");
        }
    }

    /** The defaults. */
    public static BootHttpConfig defaults(InetSocketAddress listen) {
        return new BootHttpConfig(
                listen, null, 2048, 128, 16, 2048, 1 << 20, Duration.ofSeconds(60), Duration.ofSeconds(60));
    }

    /** The same, telling machines another address than the one they reached. */
    public BootHttpConfig withPublicUrl(String url) {
        return new BootHttpConfig(
                listen,
                url,
                maxConnections,
                maxPerAddress,
                maxDownloads,
                maxQueued,
                largeFrom,
                idleTimeout,
                stallTimeout);
    }

    private static void requirePositive(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " is " + value + "; set it to 1 or more");
        }
    }
}
