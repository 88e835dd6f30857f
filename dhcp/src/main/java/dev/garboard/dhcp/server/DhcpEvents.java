package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.MalformedDhcpException;
import java.net.InetSocketAddress;

/** What the server tells about its work, for metrics and timelines. Called on event loops: no implementation may block. */
public interface DhcpEvents {

    /** A message of a client was understood. */
    void received(Request request);

    /** It was answered. */
    void replied(Request request, DhcpMessage reply);

    /** It was not answered. */
    void silent(DhcpMessage message, Silence reason);

    /** A datagram was no DHCP message. */
    void malformed(InetSocketAddress sender, MalformedDhcpException malformed);
}
