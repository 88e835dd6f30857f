package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.kubernetes.KubernetesVersion;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddOnsTest {

    private static final KubernetesVersion OWN = KubernetesVersion.parse("1.37.2");

    @Test
    void anOlderNodeDoesNotTakeBackWhatANewerOneApplied() {
        var reason = AddOns.reasonToWait(KubernetesVersion.parse("1.36.3"), "1.37.2", List.of("v1.37.2"));

        assertEquals(Optional.of("the add-ons of Kubernetes 1.37.2 stay; this node has 1.36.3"), reason);
    }

    @Test
    void anUpgradeReachesTheAddOnsWhenEveryKubeletHasIt() {
        var early = AddOns.reasonToWait(OWN, "1.36.3", List.of("v1.37.2", "v1.36.3"));
        var late = AddOns.reasonToWait(OWN, "1.36.3", List.of("v1.37.2", "v1.37.2"));

        assertEquals(Optional.of("the add-ons wait until every kubelet has 1.37.2; one has v1.36.3"), early);
        assertEquals(Optional.empty(), late);
    }

    @Test
    void addOnsOfAVersionThatNobodyKnowsAnyMoreAreReplaced() {
        assertEquals(Optional.empty(), AddOns.reasonToWait(OWN, "1.20.2", List.of()));
    }
}
