package dev.garboard.fleet;

import java.util.Optional;

/** What fleet must know about DHCP: who has which address. */
@FunctionalInterface
public interface LeasedAddresses {

    /** The address that is leased to a MAC address now, as text; empty when the lease is not ours. */
    Optional<String> addressOf(String mac);
}
