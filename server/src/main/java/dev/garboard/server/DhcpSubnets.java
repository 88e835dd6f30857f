package dev.garboard.server;

import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.server.Subnet;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.SubnetSpec;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;

/** Subnet resources in the words of the DHCP server. */
final class DhcpSubnets {

    private DhcpSubnets() {}

    /** The store has checked the resource, so nothing here is expected to fail. */
    static Subnet of(Resource<SubnetSpec, NoStatus> resource) {
        var spec = resource.spec();
        int slash = spec.cidr().indexOf('/');
        var reservations = new HashMap<MacAddress, Inet4Address>();
        spec.reservations().forEach((mac, address) -> reservations.put(MacAddress.parse(mac), address(address)));
        return new Subnet(
                resource.name(),
                address(spec.cidr().substring(0, slash)),
                Integer.parseInt(spec.cidr().substring(slash + 1)),
                address(spec.rangeStart()),
                address(spec.rangeEnd()),
                addresses(spec.routers()),
                addresses(spec.dnsServers()),
                addresses(spec.timeServers()),
                spec.domain(),
                Duration.ofSeconds(spec.leaseSeconds()),
                Duration.ofSeconds(spec.bootLeaseSeconds()),
                reservations);
    }

    private static List<Inet4Address> addresses(List<String> literals) {
        return literals.stream().map(DhcpSubnets::address).toList();
    }

    private static Inet4Address address(String literal) {
        return Inet4Address.ofLiteral(literal);
    }
}
