package dev.garboard.dhcp;

import java.net.Inet4Address;
import java.util.Optional;

/**
 * One DHCPv4 message, RFC 2131 section 2.
 *
 * @param reply whether a server sent it ({@code op} is 2)
 * @param hardwareAddress as many octets of {@code chaddr} as {@code hlen} says, 16 at most
 * @param seconds iPXE keeps state here, so it is not a clock
 * @param serverName {@code sname}, empty where there is none or the field holds options
 * @param bootFile {@code file}, likewise
 */
public record DhcpMessage(
        boolean reply,
        int hardwareType,
        Octets hardwareAddress,
        int hops,
        int transactionId,
        int seconds,
        int flags,
        Inet4Address clientAddress,
        Inet4Address yourAddress,
        Inet4Address nextServer,
        Inet4Address relay,
        String serverName,
        String bootFile,
        DhcpOptions options) {

    public static final int ETHERNET = 1;

    private static final int BROADCAST_FLAG = 0x8000;

    public DhcpMessage {
        requireFits("htype", hardwareType, 0xFF);
        requireFits("hlen", hardwareAddress.length(), 16);
        requireFits("hops", hops, 0xFF);
        requireFits("secs", seconds, 0xFFFF);
        requireFits("flags", flags, 0xFFFF);
    }

    /** An empty message of a client: no address of any kind, no option. */
    public static DhcpMessage fromClient(MacAddress mac, int transactionId, DhcpOptions options) {
        return new DhcpMessage(
                false,
                ETHERNET,
                mac.octets(),
                0,
                transactionId,
                0,
                0,
                Ipv4.ANY,
                Ipv4.ANY,
                Ipv4.ANY,
                Ipv4.ANY,
                "",
                "",
                options);
    }

    /** The message type; empty for BOOTP and for a number that is not known. */
    public Optional<MessageType> type() {
        return options.find(DhcpOption.Type.class).map(DhcpOption.Type::value);
    }

    /** The client's MAC address, if its hardware is Ethernet. */
    public Optional<MacAddress> mac() {
        return hardwareType == ETHERNET && hardwareAddress.length() == 6
                ? Optional.of(new MacAddress(hardwareAddress))
                : Optional.empty();
    }

    public boolean wantsBroadcast() {
        return (flags & BROADCAST_FLAG) != 0;
    }

    public DhcpMessage withSeconds(int newSeconds) {
        return new DhcpMessage(
                reply,
                hardwareType,
                hardwareAddress,
                hops,
                transactionId,
                newSeconds,
                flags,
                clientAddress,
                yourAddress,
                nextServer,
                relay,
                serverName,
                bootFile,
                options);
    }

    public DhcpMessage withFlags(int newFlags) {
        return new DhcpMessage(
                reply,
                hardwareType,
                hardwareAddress,
                hops,
                transactionId,
                seconds,
                newFlags,
                clientAddress,
                yourAddress,
                nextServer,
                relay,
                serverName,
                bootFile,
                options);
    }

    public DhcpMessage withBroadcast() {
        return withFlags(flags | BROADCAST_FLAG);
    }

    public DhcpMessage withClientAddress(Inet4Address address) {
        return new DhcpMessage(
                reply,
                hardwareType,
                hardwareAddress,
                hops,
                transactionId,
                seconds,
                flags,
                address,
                yourAddress,
                nextServer,
                relay,
                serverName,
                bootFile,
                options);
    }

    public DhcpMessage withServerName(String name) {
        return new DhcpMessage(
                reply,
                hardwareType,
                hardwareAddress,
                hops,
                transactionId,
                seconds,
                flags,
                clientAddress,
                yourAddress,
                nextServer,
                relay,
                name,
                bootFile,
                options);
    }

    public DhcpMessage withOptions(DhcpOptions newOptions) {
        return new DhcpMessage(
                reply,
                hardwareType,
                hardwareAddress,
                hops,
                transactionId,
                seconds,
                flags,
                clientAddress,
                yourAddress,
                nextServer,
                relay,
                serverName,
                bootFile,
                newOptions);
    }

    private static void requireFits(String field, int value, int maximum) {
        if (value < 0 || value > maximum) {
            throw new IllegalArgumentException(field + " is " + value + ", expected 0 to " + maximum);
        }
    }
}
