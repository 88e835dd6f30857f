package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One authoritative pool.
 *
 * @param cidr for example {@code 192.168.77.0/24}
 * @param rangeStart first address of the pool, rangeEnd the last
 * @param leaseSeconds for agents and plain hosts; firmware and boot loaders get {@code bootLeaseSeconds}
 * @param bootLeaseSeconds a boot loader keeps its address for minutes; the agent asks again for itself
 * @param reservations MAC address to address; may lie outside the range
 */
public record SubnetSpec(
        String cidr,
        String rangeStart,
        String rangeEnd,
        List<String> routers,
        List<String> dnsServers,
        List<String> timeServers,
        @Nullable String domain,
        @Default("3600") long leaseSeconds,
        @Default("600") long bootLeaseSeconds,
        Map<String, String> reservations) {

    public SubnetSpec {
        routers = List.copyOf(routers);
        dnsServers = List.copyOf(dnsServers);
        timeServers = List.copyOf(timeServers);
        reservations = Map.copyOf(reservations);
    }
}
