package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subnet that this server is the only authority of.
 *
 * @param name for leases and messages
 * @param rangeStart the first address of the pool, rangeEnd the last one
 * @param leaseTime for agents and plain hosts
 * @param bootLeaseTime for firmware and boot loaders, which never renew and never give back
 * @param reservations may lie outside the range
 */
public record Subnet(
        String name,
        Inet4Address network,
        int prefixLength,
        Inet4Address rangeStart,
        Inet4Address rangeEnd,
        List<Inet4Address> routers,
        List<Inet4Address> dnsServers,
        List<Inet4Address> timeServers,
        @Nullable String domain,
        Duration leaseTime,
        Duration bootLeaseTime,
        Map<MacAddress, Inet4Address> reservations) {

    private static final int MAXIMUM_SIZE = 65_536;

    public Subnet {
        routers = List.copyOf(routers);
        dnsServers = List.copyOf(dnsServers);
        timeServers = List.copyOf(timeServers);
        reservations = Map.copyOf(reservations);
        if (prefixLength < 1 || prefixLength > 30) {
            throw new IllegalArgumentException(
                    "subnet " + name + " has a prefix of " + prefixLength + " bits; use 1 to 30");
        }
        if (Ipv4.bits(network) != (Ipv4.bits(network) & Ipv4.bits(Ipv4.mask(prefixLength)))) {
            throw new IllegalArgumentException("subnet " + name + ": " + network.getHostAddress() + "/" + prefixLength
                    + " has bits beyond its prefix");
        }
        requireHost(name, network, prefixLength, rangeStart);
        requireHost(name, network, prefixLength, rangeEnd);
        if (Integer.compareUnsigned(Ipv4.bits(rangeStart), Ipv4.bits(rangeEnd)) > 0) {
            throw new IllegalArgumentException("subnet " + name + ": the range ends at " + rangeEnd.getHostAddress()
                    + ", before it starts at " + rangeStart.getHostAddress());
        }
        if (Ipv4.bits(rangeEnd) - Ipv4.bits(rangeStart) >= MAXIMUM_SIZE) {
            throw new IllegalArgumentException(
                    "subnet " + name + ": the range has more than " + MAXIMUM_SIZE + " addresses; make it smaller");
        }
        reservations.values().forEach(address -> requireHost(name, network, prefixLength, address));
        if (new HashSet<>(reservations.values()).size() < reservations.size()) {
            throw new IllegalArgumentException("subnet " + name + " reserves one address for two machines");
        }
        if (leaseTime.toSeconds() < 1 || bootLeaseTime.toSeconds() < 1) {
            throw new IllegalArgumentException("subnet " + name + " has a lease time below one second");
        }
    }

    /** Whether the address is one of this network, the broadcast address included. */
    public boolean contains(Inet4Address address) {
        return inNetwork(network, prefixLength, address);
    }

    /** Whether the address is in the pool. */
    public boolean inRange(Inet4Address address) {
        return Integer.compareUnsigned(Ipv4.bits(address), Ipv4.bits(rangeStart)) >= 0
                && Integer.compareUnsigned(Ipv4.bits(address), Ipv4.bits(rangeEnd)) <= 0;
    }

    public Inet4Address mask() {
        return Ipv4.mask(prefixLength);
    }

    public Inet4Address broadcast() {
        return Ipv4.of(Ipv4.bits(network) | ~Ipv4.bits(mask()));
    }

    /** How many addresses the pool has. */
    public int size() {
        return Ipv4.bits(rangeEnd) - Ipv4.bits(rangeStart) + 1;
    }

    Duration leaseTimeOf(ClientKind kind) {
        return kind.boots() ? bootLeaseTime : leaseTime;
    }

    private static boolean inNetwork(Inet4Address network, int prefixLength, Inet4Address address) {
        return (Ipv4.bits(address) & Ipv4.bits(Ipv4.mask(prefixLength))) == Ipv4.bits(network);
    }

    private static void requireHost(String name, Inet4Address network, int prefixLength, Inet4Address address) {
        int hostBits = Ipv4.bits(address) & ~Ipv4.bits(Ipv4.mask(prefixLength));
        boolean host = hostBits != 0 && hostBits != ~Ipv4.bits(Ipv4.mask(prefixLength));
        if (!host || !inNetwork(network, prefixLength, address)) {
            throw new IllegalArgumentException("subnet " + name + ": " + address.getHostAddress()
                    + " is not a host address of " + network.getHostAddress() + "/" + prefixLength);
        }
    }
}
