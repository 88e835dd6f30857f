package dev.garboard.agent.net;

import java.net.InetAddress;
import java.time.Duration;

/**
 * How a resolver of this node is.
 *
 * @param since uptime at which this was seen first; uptime, because the clock may be set later
 */
public record ResolverStatus(InetAddress server, ResolverAnswer answer, Duration since) {

    /** What is wrong with it, for people. */
    String complaint() {
        return server.getHostAddress() + ": " + answer.seen();
    }
}
