package dev.garboard.tftp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Clients that lost whole windows lately and get windows of one block next time. A window cannot shrink in the middle of a transfer: the client
 * acknowledges after as many blocks as were agreed (RFC 7440 section 4).
 */
final class LossyClients {
    private static final int CAPACITY = 1024;
    private static final long MEMORY = Duration.ofMinutes(10).toNanos();

    private final Map<InetAddress, Long> since = new LinkedHashMap<>();

    void remember(InetAddress client, long now) {
        since.remove(client);
        since.put(client, now);
        if (since.size() > CAPACITY) {
            since.remove(since.keySet().iterator().next());
        }
    }

    boolean contains(InetAddress client, long now) {
        Long noted = since.get(client);
        return noted != null && now - noted < MEMORY;
    }
}
