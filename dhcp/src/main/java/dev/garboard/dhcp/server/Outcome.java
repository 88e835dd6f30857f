package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Octets;
import java.net.InetSocketAddress;

/** What came of a datagram. */
public sealed interface Outcome {

    /** A reply, to be sent from the port and interface the request came to. */
    record Reply(Request request, DhcpMessage message, Octets bytes, InetSocketAddress destination)
            implements Outcome {}

    /** No reply. */
    record Quiet(DhcpMessage message, Silence reason) implements Outcome {}
}
