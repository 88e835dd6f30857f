package dev.garboard.inventory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a field is when the document leaves it out; fields that are neither here, nullable nor collections are required. */
final class FieldDefaults {

    private static final Map<Class<?>, Map<String, Object>> DEFAULTS = Map.of(
            MachineSpec.class, of(MachineSpec.undecided()),
            MachineIdentity.class, of(MachineIdentity.none()),
            MachineStatus.class, of(MachineStatus.unseen()),
            BootSessionStatus.class, of(BootSessionStatus.begun()),
            BootSessionStatus.Step.class, Map.of("detail", "", "bytes", 0L, "outcome", "ok"),
            Condition.class, Map.of("reason", "", "message", ""),
            ImageSpec.class, Map.of("preferred", false, "commandLine", ""),
            EnrollmentRuleSpec.class,
                    Map.of(
                            "order",
                            100,
                            "match",
                            new EnrollmentRuleSpec.Match(List.of(), List.of(), List.of(), List.of()),
                            "namePattern",
                            "node-{mac}",
                            "allowWeakIdentity",
                            false),
            // A boot loader keeps its address for minutes; the agent asks again for itself.
            SubnetSpec.class, Map.of("leaseSeconds", 3600L, "bootLeaseSeconds", 600L));

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
