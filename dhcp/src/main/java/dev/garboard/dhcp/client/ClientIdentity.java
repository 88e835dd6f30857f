package dev.garboard.dhcp.client;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param vendorClass option 60, for the node agent {@link #AGENT}
 * @param hostName option 12, if the client has a name already
 * @param bootSession option 224: the boot session this boot belongs to, if the kernel's command line named one
 */
public record ClientIdentity(
        MacAddress mac,
        String vendorClass,
        @Nullable String hostName,
        @Nullable String bootSession) {

    /** Option 60 of the node agent. */
    public static final String AGENT = "garboard-agent";

    public static ClientIdentity agent(MacAddress mac, @Nullable String bootSession) {
        return new ClientIdentity(mac, AGENT, null, bootSession);
    }

    public ClientIdentity withHostName(String name) {
        return new ClientIdentity(mac, vendorClass, name, bootSession);
    }

    /** Option 61: the hardware type and the address, as the boot loaders send it, so that both are one client. */
    DhcpOption.ClientIdentifier clientIdentifier() {
        return new DhcpOption.ClientIdentifier(Octets.ofHex("%02x%s".formatted(DhcpMessage.ETHERNET, mac.octets())));
    }
}
