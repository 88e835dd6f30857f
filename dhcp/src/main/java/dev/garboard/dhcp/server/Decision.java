package dev.garboard.dhcp.server;

import java.net.Inet4Address;

/** What a rule wants done. Rules only say it; {@link DhcpServer} does it. */
public sealed interface Decision {

    /** Offer an address, and hold it for the client until it answers. */
    record Offer(Inet4Address address) implements Decision {}

    /** Grant an address: store the lease, then acknowledge. */
    record Grant(Inet4Address address) implements Decision {}

    /** Tell a client that has an address of its own everything but an address (DHCPINFORM). */
    record Inform() implements Decision {}

    /** Name the boot file once more, as asked on port 4011. */
    record NameBootFile() implements Decision {}

    /** Tell the client that it may not use its address. */
    record Refuse(String message) implements Decision {}

    /** Take an address back. */
    record Release(Inet4Address address) implements Decision {}

    /** Give an address to nobody for a while: somebody uses it who did not ask. */
    record Quarantine(Inet4Address address) implements Decision {}

    /** No answer. */
    record Silent(Silence reason) implements Decision {}
}
