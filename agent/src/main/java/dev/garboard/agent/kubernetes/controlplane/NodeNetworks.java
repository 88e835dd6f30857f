package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;

/** The networks that the node itself stands in. */
final class NodeNetworks {

    private NodeNetworks() {}

    /**
     * Refuses a control plane whose address is not this node's, or whose pods or services are in the node's own network.
     *
     * @throws DocumentException with the field's path
     */
    static void check(ControlPlane document) throws SocketException {
        var address = document.advertiseAddress();
        var network = of(address)
                .orElseThrow(() -> new DocumentException("ControlPlane/default: spec.advertiseAddress: found "
                        + address.getHostAddress() + ", expected an address of this node"));
        document.refuseOverlapWith(network);
    }

    private static Optional<Cidr> of(Inet4Address address) throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(device -> device.getInterfaceAddresses().stream())
                .filter(found -> found.getAddress().equals(address))
                .map(found -> Cidr.of(address, found.getNetworkPrefixLength()))
                .findFirst();
    }
}
