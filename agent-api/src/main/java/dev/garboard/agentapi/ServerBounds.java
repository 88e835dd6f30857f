package dev.garboard.agentapi;

import dev.garboard.admission.ConnectionLimits;
import java.util.Map;

/**
 * What one gRPC server takes of its callers. With these bounds the memory that callers can hold is known before they come.
 *
 * @param connections in all, for each source address, and before their handshakes are over
 * @param callsPerConnection HTTP/2 streams at once
 * @param message bytes of one message to any method but those below
 * @param messages full method name to the bytes of its messages
 */
public record ServerBounds(
        ConnectionLimits connections, int callsPerConnection, int message, Map<String, Integer> messages) {

    public ServerBounds {
        messages = Map.copyOf(messages);
    }

    /** For tests and for laboratories: enough for everything, as long as nobody means harm. */
    public static ServerBounds usual() {
        return new ServerBounds(ConnectionLimits.of(1024, 256), 64, SiteChannels.LARGEST_MESSAGE, Map.of());
    }

    int largestMessage() {
        return messages.values().stream().reduce(message, Math::max);
    }
}
