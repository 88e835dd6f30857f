package dev.garboard.dhcp.server;

import java.net.Inet4Address;
import java.util.Optional;

/** What rules may ask about the addresses of a subnet. */
public interface PoolView {

    Subnet subnet();

    /** The address that the client has leased or was offered, if it still has it. */
    Optional<Inet4Address> held(Client client);

    /** The address that the client has leased and still has; one that was only offered is not. */
    Optional<Inet4Address> leased(Client client);

    /** The address this client should have: its own, the one it wishes, or a free one; empty when none is left. */
    Optional<Inet4Address> choose(Client client, Optional<Inet4Address> wish);

    /** Whether the client may have this very address. */
    boolean allows(Client client, Inet4Address address);
}
