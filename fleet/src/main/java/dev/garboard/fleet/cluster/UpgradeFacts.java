package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was seen for an upgrade. Only what the phase needs is looked at.
 *
 * @param target the bundle of the version that is wanted; null when none was imported
 * @param checks empty when none were made
 * @param snapshot of etcd, taken for this upgrade; null while there is none
 * @param snapshotTrouble why the last attempt to take it failed; empty when it did not
 * @param said by the agents of control planes, by machine
 * @param cordoned nodes that take no pods
 * @param drains of nodes that are being emptied, by machine
 * @param endpointWatches how many clients follow the EndpointSlices of all API servers; null when it was not looked, or could not be
 * @param addOns what they still wait for; empty when all are there in the wanted version, null when it was not looked
 */
record UpgradeFacts(
        @Nullable Bundle target,
        List<UpgradeCheck> checks,
        @Nullable ClusterSnapshot snapshot,
        String snapshotTrouble,
        Map<String, NodeSaid> said,
        Set<String> cordoned,
        Map<String, Drain> drains,
        @Nullable Integer endpointWatches,
        @Nullable String addOns) {

    private static final UpgradeFacts NONE =
            new UpgradeFacts(null, List.of(), null, "", Map.of(), Set.of(), Map.of(), null, null);

    UpgradeFacts {
        checks = List.copyOf(checks);
        said = Map.copyOf(said);
        cordoned = Set.copyOf(cordoned);
        drains = Map.copyOf(drains);
    }

    /** Nothing was looked at. */
    static UpgradeFacts none() {
        return NONE;
    }

    Optional<NodeSaid> of(String machine) {
        return Optional.ofNullable(said.get(machine));
    }
}
