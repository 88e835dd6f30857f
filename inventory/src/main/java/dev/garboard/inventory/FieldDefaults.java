package dev.garboard.inventory;

import static java.util.Map.entry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a field is when the document leaves it out; fields that are neither here, nullable nor collections are required. */
final class FieldDefaults {

    private static final Map<Class<?>, Map<String, Object>> DEFAULTS = Map.ofEntries(
            entry(MachineSpec.class, of(MachineSpec.undecided())),
            entry(MachineSpec.StateDisk.class, Map.of("overwrite", false)),
            entry(MachineIdentity.class, of(MachineIdentity.none())),
            entry(MachineStatus.class, of(MachineStatus.unseen())),
            entry(
                    MachineStatus.Document.class,
                    Map.of("desiredRevision", 0L, "appliedRevision", 0L, "failedRevision", 0L, "message", "")),
            entry(BootSessionStatus.class, of(BootSessionStatus.begun())),
            entry(BootSessionStatus.Step.class, Map.of("detail", "", "bytes", 0L, "outcome", "ok")),
            entry(Condition.class, Map.of("reason", "", "message", "")),
            entry(ImageSpec.class, Map.of("preferred", false, "commandLine", "")),
            entry(
                    EnrollmentRuleSpec.class,
                    Map.of(
                            "order",
                            100,
                            "match",
                            new EnrollmentRuleSpec.Match(List.of(), List.of(), List.of(), List.of()),
                            "namePattern",
                            "node-{mac}",
                            "allowWeakIdentity",
                            false)),
            entry(
                    ClusterSpec.class,
                    Map.of(
                            "workers", new ClusterSpec.Workers(Map.of()),
                            "podCidr", "10.244.0.0/16",
                            "serviceCidr", "10.96.0.0/16",
                            "clusterDomain", "cluster.local",
                            "podNetwork", ClusterSpec.PodNetwork.BRIDGE)),
            entry(ClusterSpec.ControlPlane.class, Map.of("schedulable", false)),
            entry(ClusterStatus.class, of(ClusterStatus.declared())),
            entry(ClusterStatus.Node.class, Map.of("ready", false, "message", "")),
            entry(
                    ClusterUpgrade.class,
                    Map.of("keepCordon", false, "message", "", "failure", "", "endpointWatches", 0)),
            // A boot loader keeps its address for minutes; the agent asks again for itself.
            entry(SubnetSpec.class, Map.of("leaseSeconds", 3600L, "bootLeaseSeconds", 600L)));

    private FieldDefaults() {}

    static @Nullable Object of(Class<?> type, String field) {
        return DEFAULTS.getOrDefault(type, Map.of()).get(field);
    }

    private static Map<String, Object> of(Record prototype) {
        var values = new HashMap<String, Object>();
        for (var field : RecordShape.of(prototype).fields()) {
            var value = field.value(prototype);
            if (value != null) {
                values.put(field.name(), value);
            }
        }
        return values;
    }
}
