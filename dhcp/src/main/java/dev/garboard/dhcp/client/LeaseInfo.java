package dev.garboard.dhcp.client;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Route;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a server granted.
 *
 * @param routers empty when there are classless routes, which then hold the default route too (RFC 3442)
 * @param renewAfter T1, from the moment of the grant
 * @param rebindAfter T2, likewise
 */
public record LeaseInfo(
        Inet4Address address,
        int prefixLength,
        List<Inet4Address> routers,
        List<Route> routes,
        List<Inet4Address> dnsServers,
        List<Inet4Address> timeServers,
        @Nullable String hostName,
        @Nullable String domain,
        List<String> searchDomains,
        OptionalInt mtu,
        Inet4Address server,
        Duration leaseTime,
        Duration renewAfter,
        Duration rebindAfter) {

    /** RFC 2131 section 3.3: a lease that never ends. */
    public static final Duration INFINITE = Duration.ofSeconds(0xFFFF_FFFFL);

    private static final int MINIMUM_MTU = 68;

    public LeaseInfo {
        routers = List.copyOf(routers);
        routes = List.copyOf(routes);
        dnsServers = List.copyOf(dnsServers);
        timeServers = List.copyOf(timeServers);
        searchDomains = List.copyOf(searchDomains);
    }

    /** Reads an OFFER or ACK; empty if it is neither, or lacks what a lease must have. */
    public static Optional<LeaseInfo> of(DhcpMessage reply) {
        var options = reply.options();
        var type = reply.type();
        var server = options.find(DhcpOption.ServerIdentifier.class);
        var time = options.find(DhcpOption.LeaseTime.class);
        boolean grants =
                type.filter(t -> t == MessageType.OFFER || t == MessageType.ACK).isPresent();
        if (!grants || server.isEmpty() || time.isEmpty() || Ipv4.isAny(reply.yourAddress())) {
            return Optional.empty();
        }
        var lease = time.get().value();
        // Some servers grant no time at all; RFC 2131 knows no such lease.
        if (lease.isZero()) {
            return Optional.empty();
        }
        var rebind = options.find(DhcpOption.RebindingTime.class)
                .map(DhcpOption.RebindingTime::value)
                .filter(t2 -> !t2.isZero() && t2.compareTo(lease) < 0)
                .orElse(lease.multipliedBy(7).dividedBy(8));
        var renew = options.find(DhcpOption.RenewalTime.class)
                .map(DhcpOption.RenewalTime::value)
                .filter(t1 -> !t1.isZero() && t1.compareTo(rebind) < 0)
                .orElse(min(lease.dividedBy(2), rebind));
        var routes = options.find(DhcpOption.ClasslessRoutes.class)
                .map(DhcpOption.ClasslessRoutes::routes)
                .orElse(List.of());
        return Optional.of(new LeaseInfo(
                reply.yourAddress(),
                prefixLength(reply),
                routes.isEmpty()
                        ? options.find(DhcpOption.Routers.class)
                                .map(DhcpOption.Routers::addresses)
                                .orElse(List.of())
                        : List.of(),
                routes,
                options.find(DhcpOption.DnsServers.class)
                        .map(DhcpOption.DnsServers::addresses)
                        .orElse(List.of()),
                options.find(DhcpOption.TimeServers.class)
                        .map(DhcpOption.TimeServers::addresses)
                        .orElse(List.of()),
                options.find(DhcpOption.HostName.class)
                        .map(DhcpOption.HostName::name)
                        .orElse(null),
                options.find(DhcpOption.DomainName.class)
                        .map(DhcpOption.DomainName::name)
                        .orElse(null),
                options.find(DhcpOption.DomainSearch.class)
                        .map(DhcpOption.DomainSearch::domains)
                        .orElse(List.of()),
                options.find(DhcpOption.InterfaceMtu.class)
                        .map(DhcpOption.InterfaceMtu::octets)
                        .filter(mtu -> mtu >= MINIMUM_MTU)
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty()),
                server.get().address(),
                lease,
                renew,
                rebind));
    }

    private static int prefixLength(DhcpMessage reply) {
        var mask = reply.options().find(DhcpOption.SubnetMask.class).map(DhcpOption.SubnetMask::mask);
        try {
            return mask.map(Ipv4::prefixLength).orElseGet(() -> classPrefix(reply.yourAddress()));
        } catch (IllegalArgumentException hole) {
            return classPrefix(reply.yourAddress());
        }
    }

    /** Without option 1 the address's class is all there is to go by (RFC 1122). */
    private static int classPrefix(Inet4Address address) {
        int first = Ipv4.bits(address) >>> 24;
        return first < 128 ? 8 : first < 192 ? 16 : 24;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
