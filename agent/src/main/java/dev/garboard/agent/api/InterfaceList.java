package dev.garboard.agent.api;

import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.net.Netlink;
import dev.garboard.agent.net.NetlinkMessage;
import dev.garboard.agent.net.NetworkState;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agentapi.v1.DhcpLease;
import dev.garboard.agentapi.v1.Interface;
import dev.garboard.agentapi.v1.InterfacesResponse;
import dev.garboard.agentapi.v1.Route;
import dev.garboard.dhcp.client.LeaseInfo;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernel's interfaces, addresses and routes as the machine API shows them. */
final class InterfaceList {

    private InterfaceList() {}

    static InterfacesResponse read(NodeView node) {
        NetworkState network = node.network().get().orElse(null);
        List<NetlinkMessage.Address> addresses = Netlink.addresses();
        Map<Integer, String> names = new HashMap<>();
        var response = InterfacesResponse.newBuilder();
        for (NetlinkMessage.Link link : Netlink.links()) {
            names.put(link.index(), link.name());
            var shown = Interface.newBuilder()
                    .setIndex(link.index())
                    .setName(link.name())
                    .setMac(link.mac())
                    .setMtu(link.mtu())
                    .setUp(link.up())
                    .setLink(link.carrier());
            addresses.stream()
                    .filter(address -> address.index() == link.index())
                    .forEach(address -> shown.addAddresses(text(address.address(), address.prefixLength())));
            if (network != null && network.index() == link.index()) {
                shown.setLease(lease(network));
            }
            response.addInterfaces(shown);
        }
        for (NetlinkMessage.Route route : Netlink.routes()) {
            InetAddress destination = route.destination();
            InetAddress gateway = route.gateway();
            response.addRoutes(Route.newBuilder()
                    .setDestination(destination == null ? "default" : text(destination, route.prefixLength()))
                    .setGateway(gateway == null ? "" : gateway.getHostAddress())
                    .setInterface(names.getOrDefault(route.index(), ""))
                    .setMetric(route.metric()));
        }
        node.resolvers().get().forEach(resolver -> response.addResolvers(resolver.getHostAddress()));
        return response.build();
    }

    private static String text(InetAddress address, int prefixLength) {
        String plain = address.getHostAddress();
        int scope = plain.indexOf('%');
        return (scope < 0 ? plain : plain.substring(0, scope)) + "/" + prefixLength;
    }

    private static DhcpLease lease(NetworkState network) {
        LeaseInfo lease = network.lease();
        Instant obtained = network.obtained(Kernel.bootedAt());
        var shown = DhcpLease.newBuilder()
                .setServer(lease.server().getHostAddress())
                .setAddress(network.address())
                .setObtainedAt(ServiceMessages.timestamp(obtained));
        if (!lease.leaseTime().equals(LeaseInfo.INFINITE)) {
            shown.setRenewAt(ServiceMessages.timestamp(obtained.plus(lease.renewAfter())))
                    .setExpiresAt(ServiceMessages.timestamp(obtained.plus(lease.leaseTime())));
        }
        return shown.build();
    }
}
