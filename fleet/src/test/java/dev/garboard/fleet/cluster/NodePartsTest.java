package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterSpec.PodNetwork;
import dev.garboard.kubernetes.document.Cni;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NodePartsTest {

    @Test
    void agentsConnectThePodsUnlessSomebodyElseDoes() {
        assertEquals(Cni.Type.BRIDGE, cni(PodNetwork.BRIDGE));
        assertEquals(Cni.Type.NONE, cni(PodNetwork.NONE));
    }

    private static Cni.Type cni(PodNetwork network) {
        var site = Site.of(1, 0);
        var spec = site.cluster.spec();
        site.cluster = site.cluster.withSpec(new ClusterSpec(
                spec.version(),
                spec.controlPlane(),
                spec.workers(),
                spec.podCidr(),
                spec.serviceCidr(),
                spec.clusterDomain(),
                network,
                spec.endpoint()));
        site.settle();
        return new NodeParts(site.cluster, Objects.requireNonNull(site.bundle), null)
                .of(site.node("cp1")).stream()
                        .filter(Cni.class::isInstance)
                        .map(document -> ((Cni) document).type())
                        .findFirst()
                        .orElseThrow();
    }
}
