package dev.garboard.dhcp.client;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;

/** The messages a client sends, RFC 2131 table 5. */
public final class ClientMessages {

    /** Mask, routers, DNS, host name, domain, MTU, broadcast, NTP, lease times, search list, classless routes. */
    private static final List<Integer> WANTED = List.of(1, 121, 3, 6, 12, 15, 26, 28, 42, 51, 54, 58, 59, 119);

    private final ClientIdentity identity;

    public ClientMessages(ClientIdentity identity) {
        this.identity = identity;
    }

    /** Broadcast, for want of an address; the answers are asked for by broadcast too. */
    public DhcpMessage discover(int transactionId) {
        return message(transactionId, MessageType.DISCOVER, List.of()).withBroadcast();
    }

    /** Chooses an offer. Broadcast, so that the other servers hear it. */
    public DhcpMessage request(int transactionId, LeaseInfo offer) {
        return message(
                        transactionId,
                        MessageType.REQUEST,
                        List.of(
                                new DhcpOption.RequestedAddress(offer.address()),
                                new DhcpOption.ServerIdentifier(offer.server())))
                .withBroadcast();
    }

    /** Asks for an address of an earlier life again (INIT-REBOOT). Broadcast. */
    public DhcpMessage reuse(int transactionId, Inet4Address address) {
        return message(transactionId, MessageType.REQUEST, List.of(new DhcpOption.RequestedAddress(address)))
                .withBroadcast();
    }

    /** Renewing: unicast to the server of the lease. Rebinding: the same, broadcast. */
    public DhcpMessage renew(int transactionId, LeaseInfo lease) {
        return message(transactionId, MessageType.REQUEST, List.of()).withClientAddress(lease.address());
    }

    /** Gives the address back. Unicast to the server of the lease. */
    public DhcpMessage release(int transactionId, LeaseInfo lease) {
        return bare(transactionId, MessageType.RELEASE, List.of(new DhcpOption.ServerIdentifier(lease.server())))
                .withClientAddress(lease.address());
    }

    /** Says that somebody else has the address. Broadcast. */
    public DhcpMessage decline(int transactionId, LeaseInfo lease) {
        return bare(
                transactionId,
                MessageType.DECLINE,
                List.of(
                        new DhcpOption.RequestedAddress(lease.address()),
                        new DhcpOption.ServerIdentifier(lease.server()),
                        new DhcpOption.Text("the address is in use")));
    }

    private DhcpMessage message(int transactionId, MessageType type, List<DhcpOption> own) {
        var options = new ArrayList<>(own);
        options.add(new DhcpOption.MaximumSize(DhcpCodec.MAXIMUM + 28));
        options.add(new DhcpOption.RequestList(WANTED));
        var bare = bare(transactionId, type, options);
        var hostName = identity.hostName();
        return hostName == null ? bare : bare.withOptions(bare.options().with(new DhcpOption.HostName(hostName)));
    }

    private DhcpMessage bare(int transactionId, MessageType type, List<DhcpOption> own) {
        var options = new ArrayList<DhcpOption>();
        options.add(new DhcpOption.Type(type));
        options.addAll(own);
        options.add(new DhcpOption.VendorClass(identity.vendorClass()));
        options.add(identity.clientIdentifier());
        var session = identity.bootSession();
        if (session != null) {
            options.add(new DhcpOption.BootSession(session));
        }
        return DhcpMessage.fromClient(identity.mac(), transactionId, new DhcpOptions(options));
    }
}
