package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Arch;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import dev.garboard.dhcp.client.ClientIdentity;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about its sender, read once.
 *
 * @param architectures in the client's order of preference; empty if it does not say
 * @param uuid of the system; null if absent or a placeholder
 * @param clientId option 61
 * @param bootSession option 224, which only the agent sends
 * @param ipxe what this iPXE can do; null for anything else
 */
public record Client(
        ClientKind kind,
        MacAddress mac,
        List<Arch> architectures,
        @Nullable UUID uuid,
        @Nullable Octets clientId,
        @Nullable String vendorClass,
        @Nullable String hostName,
        @Nullable String bootSession,
        DhcpOption.@Nullable Ipxe ipxe) {

    private static final String PXE_CLASS = "PXEClient";
    private static final String HTTP_CLASS = "HTTPClient";
    private static final String IPXE_CLASS = "iPXE";

    /** A Raspberry Pi calls itself an x86 BIOS, so its vendor prefix has to tell it. */
    private static final Set<String> RASPBERRY_PI =
            Set.of("b8:27:eb", "dc:a6:32", "e4:5f:01", "28:cd:c1", "d8:3a:dd", "2c:cf:67");

    public Client {
        architectures = List.copyOf(architectures);
    }

    /** Reads the sender out of a request from Ethernet. */
    public static Client of(DhcpMessage request, MacAddress mac) {
        var options = request.options();
        var vendorClass = options.find(DhcpOption.VendorClass.class)
                .map(DhcpOption.VendorClass::name)
                .orElse("");
        var architectures = options.find(DhcpOption.Architectures.class)
                .map(DhcpOption.Architectures::values)
                .orElseGet(() -> Arch.inVendorClass(vendorClass).stream().toList());
        return new Client(
                kind(request, vendorClass, architectures),
                mac,
                architectures,
                options.find(DhcpOption.MachineIdentifier.class)
                        .flatMap(DhcpOption.MachineIdentifier::uuid)
                        .orElse(null),
                options.find(DhcpOption.ClientIdentifier.class)
                        .map(DhcpOption.ClientIdentifier::value)
                        .orElse(null),
                vendorClass.isEmpty() ? null : vendorClass,
                options.find(DhcpOption.HostName.class)
                        .map(DhcpOption.HostName::name)
                        .orElse(null),
                options.find(DhcpOption.BootSession.class)
                        .map(DhcpOption.BootSession::id)
                        .orElse(null),
                options.find(DhcpOption.Ipxe.class).orElse(null));
    }

    /** The preferred architecture. */
    public Optional<Arch> architecture() {
        return architectures.stream().findFirst();
    }

    public boolean isRaspberryPi() {
        return RASPBERRY_PI.contains(mac.toString().substring(0, 8));
    }

    private static ClientKind kind(DhcpMessage request, String vendorClass, List<Arch> architectures) {
        if (vendorClass.startsWith(ClientIdentity.AGENT)) {
            return ClientKind.AGENT;
        }
        // Chain-loaded builds may set another user class to stop loops; option 175 gives them away.
        if (isIpxe(request)) {
            return ClientKind.IPXE;
        }
        if (vendorClass.startsWith(HTTP_CLASS)) {
            return ClientKind.HTTP_BOOT;
        }
        if (vendorClass.startsWith(PXE_CLASS)) {
            return ClientKind.PXE;
        }
        // U-Boot says what it is in option 93 and puts its own name into option 60.
        if (!architectures.isEmpty()) {
            return architectures.getFirst().isHttp() ? ClientKind.HTTP_BOOT : ClientKind.PXE;
        }
        return ClientKind.HOST;
    }

    private static boolean isIpxe(DhcpMessage request) {
        var options = request.options();
        return options.has(DhcpOption.Ipxe.class)
                || options.find(DhcpOption.UserClass.class)
                        .filter(userClass -> userClass.classes().contains(IPXE_CLASS))
                        .isPresent();
    }
}
