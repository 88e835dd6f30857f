package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Puts replies together as firmware wants them. Each oddity here made some firmware boot. */
final class ReplyComposer {

    private static final int HEADERS = 28;
    private static final int DEFAULT_SIZE = 576;
    private static final int CLIENT_IDENTIFIER = 61;
    private static final int RELAY_AGENT = 82;
    private static final int MACHINE_IDENTIFIER = 97;

    private final Subnet subnet;

    ReplyComposer(Subnet subnet) {
        this.subnet = subnet;
    }

    /** An OFFER or the ACK of a lease. */
    DhcpMessage lease(Request request, MessageType type, Inet4Address address, BootAnswer boot) {
        var kind = request.client().kind();
        var time = subnet.leaseTimeOf(kind);
        var options = network(request, type);
        options.add(new DhcpOption.LeaseTime(time));
        if (!kind.boots()) {
            options.add(new DhcpOption.RenewalTime(time.dividedBy(2)));
            options.add(new DhcpOption.RebindingTime(time.multipliedBy(7).dividedBy(8)));
        }
        var clientAddress =
                type == MessageType.OFFER ? Ipv4.ANY : request.message().clientAddress();
        return reply(request, clientAddress, address, BootFields.of(request, subnet, boot), options);
    }

    /** The answer to DHCPINFORM: no address and no lease time (RFC 2131 section 4.3.5). */
    DhcpMessage inform(Request request) {
        return reply(
                request,
                request.message().clientAddress(),
                Ipv4.ANY,
                BootFields.NONE,
                network(request, MessageType.ACK));
    }

    /** The answer on port 4011. Those that booted a client carried no option 43, so this one carries none. */
    DhcpMessage bootPort(Request request, BootAnswer boot) {
        var options = new ArrayList<DhcpOption>();
        options.add(new DhcpOption.Type(MessageType.ACK));
        options.add(new DhcpOption.ServerIdentifier(request.server()));
        var shape = new BootAnswer(boot.instruction(), ReplyShape.ASK_BOOT_PORT);
        return reply(
                request, request.message().clientAddress(), Ipv4.ANY, BootFields.of(request, subnet, shape), options);
    }

    DhcpMessage refusal(Request request, String message) {
        var options = new ArrayList<DhcpOption>();
        options.add(new DhcpOption.Type(MessageType.NAK));
        options.add(new DhcpOption.ServerIdentifier(request.server()));
        options.add(new DhcpOption.Text(message));
        var nak = reply(request, Ipv4.ANY, Ipv4.ANY, BootFields.NONE, options);
        // The client must not use its address, so a relay has to be told to broadcast (RFC 2131 section 4.3.2).
        return Ipv4.isAny(nak.relay()) ? nak : nak.withBroadcast();
    }

    /** The bytes of a reply, as small as the client needs it; empty if that cannot be done. */
    static Optional<byte[]> fit(Request request, DhcpMessage reply) {
        int limit = limit(request.message());
        var withoutDuplicates = reply.withServerName("")
                .withOptions(reply.options().without(DhcpOption.TftpServerName.class::isInstance));
        return DhcpCodec.encode(reply, DhcpCodec.MINIMUM, limit)
                .or(() -> DhcpCodec.encode(withoutDuplicates, DhcpCodec.MINIMUM, limit))
                .or(() -> readsOverload(request.client())
                        ? DhcpCodec.encodeOverloaded(withoutDuplicates, DhcpCodec.MINIMUM, limit)
                        : Optional.empty());
    }

    /** OVMF claims 65280 in its REQUEST, which is no licence to send a datagram that must be fragmented. */
    private static int limit(DhcpMessage request) {
        int size = request.options()
                .find(DhcpOption.MaximumSize.class)
                .map(DhcpOption.MaximumSize::octets)
                .orElse(DEFAULT_SIZE);
        return Math.clamp(size - HEADERS, DEFAULT_SIZE - HEADERS, DhcpCodec.MAXIMUM);
    }

    private static boolean readsOverload(Client client) {
        var vendorClass = client.vendorClass();
        boolean uBoot = vendorClass != null && vendorClass.startsWith("U-Boot");
        return !uBoot && !client.isRaspberryPi();
    }

    private List<DhcpOption> network(Request request, MessageType type) {
        var options = new ArrayList<DhcpOption>();
        options.add(new DhcpOption.Type(type));
        options.add(new DhcpOption.ServerIdentifier(request.server()));
        options.add(new DhcpOption.SubnetMask(subnet.mask()));
        options.add(new DhcpOption.BroadcastAddress(subnet.broadcast()));
        if (!subnet.routers().isEmpty()) {
            options.add(new DhcpOption.Routers(subnet.routers()));
        }
        if (!subnet.dnsServers().isEmpty()) {
            options.add(new DhcpOption.DnsServers(subnet.dnsServers()));
        }
        if (!subnet.timeServers().isEmpty()) {
            options.add(new DhcpOption.TimeServers(subnet.timeServers()));
        }
        var domain = subnet.domain();
        if (domain != null) {
            options.add(new DhcpOption.DomainName(domain));
        }
        return options;
    }

    private static DhcpMessage reply(
            Request request, Inet4Address ciaddr, Inet4Address yiaddr, BootFields boot, List<DhcpOption> options) {
        var message = request.message();
        options.addAll(boot.options());
        // RFC 6842: the client id comes back; option 97 even if it is malformed, and never because it is required.
        copy(message, CLIENT_IDENTIFIER, options);
        copy(message, MACHINE_IDENTIFIER, options);
        copy(message, RELAY_AGENT, options);
        options.sort(Comparator.comparingInt(ReplyComposer::place));
        return new DhcpMessage(
                true,
                message.hardwareType(),
                message.hardwareAddress(),
                message.hops(),
                message.transactionId(),
                0,
                message.flags(),
                ciaddr,
                yiaddr,
                boot.nextServer(),
                message.relay(),
                boot.serverName(),
                boot.file(),
                new DhcpOptions(options));
    }

    private static void copy(DhcpMessage message, int code, List<DhcpOption> options) {
        message.options().list().stream()
                .filter(option -> option.code() == code)
                .forEach(options::add);
    }

    /** 53 and 54 first; 67 late, for EDK2 may write over what follows it; 82 last, as relay agents want it. */
    private static int place(DhcpOption option) {
        return switch (option) {
            case DhcpOption.Type _ -> 0;
            case DhcpOption.ServerIdentifier _ -> 1;
            case DhcpOption.BootFileName _ -> 1000;
            default -> option.code() == RELAY_AGENT ? 1001 : option.code() + 1;
        };
    }
}
