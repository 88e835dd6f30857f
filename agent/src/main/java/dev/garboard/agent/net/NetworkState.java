package dev.garboard.agent.net;

import dev.garboard.dhcp.client.LeaseInfo;
import java.time.Duration;
import java.time.Instant;

/**
 * The network as DHCP configured it.
 *
 * @param mac the permanent address of the card
 * @param obtainedAt uptime at which the lease was granted or extended last; uptime, because the clock may be set later
 */
public record NetworkState(int index, String interfaceName, String mac, LeaseInfo lease, Duration obtainedAt) {

    /** The address with its prefix length. */
    public String address() {
        return lease.address().getHostAddress() + "/" + lease.prefixLength();
    }

    /** When the lease was granted or extended last, by the present clock. */
    public Instant obtained(Instant bootedAt) {
        return bootedAt.plus(obtainedAt);
    }
}
