package dev.garboard.dhcp.server;

import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An address and who has it until when.
 *
 * @param clientId option 61: the second name of the client, because firmware and operating system send different ones
 * @param subnet name of the subnet
 */
public record Lease(
        Inet4Address address,
        MacAddress mac,
        @Nullable Octets clientId,
        String subnet,
        Instant start,
        Instant expires) {

    public boolean isActive(Instant now) {
        return now.isBefore(expires);
    }

    Lease endedAt(Instant now) {
        return new Lease(address, mac, clientId, subnet, start, now);
    }
}
