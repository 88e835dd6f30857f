package dev.garboard.dhcp.client;

import dev.garboard.dhcp.DhcpMessage;
import java.net.Inet4Address;

/** What the owner of the sockets and of the network interface has to do. */
public sealed interface ClientAction {

    /** Send from port 68 to 255.255.255.255 port 67. */
    record Broadcast(DhcpMessage message) implements ClientAction {}

    /** Send from port 68 of the leased address to port 67 of the server. */
    record Unicast(DhcpMessage message, Inet4Address server) implements ClientAction {}

    /** Put the lease on the interface; also after a renewal, when it may say something new. */
    record Configure(LeaseInfo lease) implements ClientAction {}

    /** Take the address off the interface at once. */
    record Deconfigure(LeaseInfo lease, String reason) implements ClientAction {}
}
