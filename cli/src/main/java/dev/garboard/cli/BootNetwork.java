package dev.garboard.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The network that machines boot from: what the caller said, the rest from this host's interfaces. */
record BootNetwork(String interfaceName, Inet4Address address, Ipv4Network subnet) {

    /** The length of subnet that is assumed for an address that this host does not have (yet). */
    private static final int USUAL_PREFIX = 24;

    static BootNetwork choose(@Nullable String interfaceName, @Nullable String address, @Nullable String subnet) {
        try {
            return chosen(interfaceName, address, subnet);
        } catch (SocketException unreadable) {
            throw new CommandException(
                    ExitCode.FAILED, "the network interfaces cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static BootNetwork chosen(@Nullable String interfaceName, @Nullable String wanted, @Nullable String subnet)
            throws SocketException {
        var own = wanted != null ? Ipv4Network.address(wanted) : addressOf(interfaceName);
        var holder = holderOf(own);
        var name =
                interfaceName != null ? interfaceName : holder.map(Holder::name).orElse(null);
        if (name == null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "no interface of this host has the address " + own.getHostAddress()
                            + "; name the one that will have it with --interface");
        }
        var network = subnet != null
                ? Ipv4Network.parse(subnet)
                : Ipv4Network.of(own, holder.map(Holder::prefix).orElse(USUAL_PREFIX));
        if (!network.contains(own)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the address " + own.getHostAddress() + " is not in the subnet " + network
                            + "; give --address or --subnet so that they fit");
        }
        return new BootNetwork(name, own, network);
    }

    private static Inet4Address addressOf(@Nullable String interfaceName) throws SocketException {
        if (interfaceName == null) {
            return defaultRoute()
                    .orElseThrow(() -> new CommandException(
                            ExitCode.USAGE,
                            "this host has no default route to go by; give --address (and --interface)"));
        }
        return holders()
                .filter(holder -> holder.name().equals(interfaceName))
                .map(Holder::address)
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        "there is no interface " + interfaceName + " with an IPv4 address; those that have one: "
                                + names()));
    }

    /** The address that packets to the world leave from. Connecting a datagram socket sends nothing. */
    private static Optional<Inet4Address> defaultRoute() {
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress("192.0.2.1", 9));
            return socket.getLocalAddress() instanceof Inet4Address address && !address.isAnyLocalAddress()
                    ? Optional.of(address)
                    : Optional.empty();
        } catch (IOException | UncheckedIOException noRoute) {
            return Optional.empty();
        }
    }

    private record Holder(String name, Inet4Address address, int prefix) {}

    private static Optional<Holder> holderOf(Inet4Address address) throws SocketException {
        return holders().filter(holder -> holder.address().equals(address)).findFirst();
    }

    private static Stream<Holder> holders() throws SocketException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(card -> card.getInterfaceAddresses().stream().flatMap(entry -> holder(card, entry)));
    }

    private static Stream<Holder> holder(NetworkInterface card, InterfaceAddress entry) {
        return entry.getAddress() instanceof Inet4Address address && !address.isLoopbackAddress()
                ? Stream.of(new Holder(card.getName(), address, entry.getNetworkPrefixLength()))
                : Stream.empty();
    }

    private static String names() {
        try {
            return String.join(", ", holders().map(Holder::name).distinct().toList());
        } catch (SocketException unreadable) {
            return "(unreadable)";
        }
    }
}
