package dev.garboard.fleet.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a plan is made from besides the cluster itself.
 *
 * @param machines of the inventory, by name
 * @param unread machines that are stored though they are not among those: nothing follows from their absence
 * @param taken machines that have a part in another cluster, each with that one's name
 * @param bundle for the cluster's version; null when none was imported
 * @param bundleTrouble why a bundle that is there cannot be used; empty when none is damaged
 * @param keyTrouble why the cluster's keys cannot be had; empty when they can
 * @param emptying why leaving machines are not empty yet, by name
 * @param departed leaving machines that hold nothing of the cluster any more
 * @param ordered machines that were ordered to leave a cluster and have not said yet that they did
 * @param etcd the members as etcd lists them; null when it never said
 * @param upgrade what was seen for an upgrade, if there is one
 */
record ClusterFacts(
        List<MachineFacts> machines,
        Set<String> unread,
        Map<String, String> taken,
        @Nullable Bundle bundle,
        String bundleTrouble,
        KubernetesFacts kubernetes,
        String keyTrouble,
        Map<String, String> emptying,
        Set<String> departed,
        Set<String> ordered,
        @Nullable EtcdRoster etcd,
        UpgradeFacts upgrade) {

    ClusterFacts {
        machines = machines.stream()
                .sorted(Comparator.comparing(MachineFacts::name))
                .toList();
        unread = Set.copyOf(unread);
        taken = Map.copyOf(taken);
        emptying = Map.copyOf(emptying);
        departed = Set.copyOf(departed);
        ordered = Set.copyOf(ordered);
    }

    Optional<MachineFacts> machine(String name) {
        return machines.stream().filter(machine -> machine.name().equals(name)).findFirst();
    }
}
