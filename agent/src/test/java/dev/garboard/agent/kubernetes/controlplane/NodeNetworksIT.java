package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The agent's own look at its networks: what the server knows of subnets may not be all. The network here is that of the loopback. */
class NodeNetworksIT {

    static ControlPlane document(String address, String pods, String services) {
        return new ControlPlane(
                "lab",
                Cidr.address(address),
                new HostPort(address, 6443),
                6443,
                Cidr.parse(pods),
                Cidr.parse(services),
                "cluster.local",
                List.of());
    }

    private static String refusal(ControlPlane document) {
        return assertThrows(DocumentException.class, () -> NodeNetworks.check(document))
                .getMessage();
    }

    @Test
    void podsAndServicesStayOutOfTheNodesNetwork() throws Exception {
        NodeNetworks.check(document("127.0.0.1", "10.244.0.0/16", "10.96.0.0/16"));

        assertEquals(
                "ControlPlane/default: spec.podCidr: 127.244.0.0/16 overlaps the node's network 127.0.0.0/8; choose a range that"
                        + " is used nowhere else",
                refusal(document("127.0.0.1", "127.244.0.0/16", "10.96.0.0/16")));
        assertEquals(
                "ControlPlane/default: spec.serviceCidr: 127.96.0.0/16 overlaps the node's network 127.0.0.0/8; choose a range"
                        + " that is used nowhere else",
                refusal(document("127.0.0.1", "10.244.0.0/16", "127.96.0.0/16")));
    }

    @Test
    void anAddressThatTheNodeDoesNotHaveIsNamed() {
        assertEquals(
                "ControlPlane/default: spec.advertiseAddress: found 192.0.2.1, expected an address of this node",
                refusal(document("192.0.2.1", "10.244.0.0/16", "10.96.0.0/16")));
    }
}
