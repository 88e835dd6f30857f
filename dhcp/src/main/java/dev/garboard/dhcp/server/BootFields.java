package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What a reply says about booting: three header fields and some options. */
record BootFields(Inet4Address nextServer, String serverName, String file, List<DhcpOption> options) {

    static final BootFields NONE = new BootFields(Ipv4.ANY, "", "", List.of());

    private static final int FIELD = 127;

    static BootFields of(Request request, Subnet subnet, BootAnswer boot) {
        var kind = request.client().kind();
        return switch (boot.instruction()) {
            case BootInstruction.LoadFile(var name) -> {
                require(kind != ClientKind.HTTP_BOOT, kind, boot);
                yield named(request, name, boot.shape());
            }
            case BootInstruction.HttpBoot(var uri) -> {
                require(kind != ClientKind.PXE, kind, boot);
                requireResolvable(uri, subnet);
                yield named(request, uri.toString(), boot.shape());
            }
            case BootInstruction.Script(var uri) -> {
                require(kind == ClientKind.IPXE, kind, boot);
                yield named(request, uri.toString(), boot.shape());
            }
            case BootInstruction.Nothing _ ->
                kind == ClientKind.IPXE ? new BootFields(Ipv4.ANY, "", "", List.of(DhcpOption.Ipxe.NO_PROXY)) : NONE;
            case BootInstruction.Refuse _ -> throw new IllegalStateException("a refused machine gets no reply");
        };
    }

    private static BootFields named(Request request, String file, ReplyShape shape) {
        var kind = request.client().kind();
        var server = request.server().getHostAddress();
        var options = new ArrayList<DhcpOption>();
        if (kind == ClientKind.HTTP_BOOT) {
            // Without it, and with PXEClient in its place, EDK2's HTTP boot ignores the offer; no option 43.
            options.add(new DhcpOption.VendorClass("HTTPClient"));
        } else if (shape != ReplyShape.FILE_ONLY) {
            options.add(new DhcpOption.VendorClass("PXEClient"));
        }
        if (kind != ClientKind.HTTP_BOOT && shape == ReplyShape.DISCOVERY_CONTROL) {
            options.add(DhcpOption.VendorInformation.USE_THIS_BOOT_FILE);
        }
        if (kind == ClientKind.IPXE) {
            options.add(DhcpOption.Ipxe.NO_PROXY);
        }
        options.add(new DhcpOption.TftpServerName(server));
        options.add(new DhcpOption.BootFileName(file));
        // U-Boot reads the field only; a name too long for it is in option 67 alone. siaddr 0 would stop iPXE.
        var field = Octets.ofText(file).length() <= FIELD ? file : "";
        return new BootFields(request.server(), server, field, options);
    }

    private static void require(boolean possible, ClientKind kind, BootAnswer boot) {
        if (!possible) {
            throw new IllegalStateException("a client of kind " + kind + " cannot follow " + boot.instruction());
        }
    }

    /** EDK2 ignores an HTTP offer with a host name and no resolver. */
    private static void requireResolvable(URI uri, Subnet subnet) {
        var host = uri.getHost();
        boolean literal = host.startsWith("[") || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        if (!literal && subnet.dnsServers().isEmpty()) {
            throw new IllegalStateException("the boot URI " + uri + " has a host name, but subnet " + subnet.name()
                    + " has no DNS server; use an address");
        }
    }
}
