package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A client's message and the way it came.
 *
 * @param server the address of this server on the interface it came in by; replies leave from it and name it
 * @param bootPort whether it came to port 4011 instead of 67
 */
public record Request(
        DhcpMessage message,
        MessageType type,
        Client client,
        Inet4Address server,
        boolean bootPort,
        InetSocketAddress sender) {

    public Optional<Inet4Address> requestedAddress() {
        return message.options().find(DhcpOption.RequestedAddress.class).map(DhcpOption.RequestedAddress::address);
    }

    public Optional<Inet4Address> chosenServer() {
        return message.options().find(DhcpOption.ServerIdentifier.class).map(DhcpOption.ServerIdentifier::address);
    }

    /**
     * What subnet it is about: the client's own address on port 4011, where it speaks for itself; else the address of the relay, if one passed it
     * on; else that of this server.
     */
    public Inet4Address origin() {
        if (bootPort && !Ipv4.isAny(message.clientAddress())) {
            return message.clientAddress();
        }
        return Ipv4.isAny(message.relay()) ? server : message.relay();
    }
}
