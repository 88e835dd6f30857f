package dev.garboard.inventory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that is stored and says what does not parse or breaks the rules of today, which may be stricter than those it was stored
 * under. What parses is served as far as it can be; a machine carries the condition {@link #VALID} while it breaks a rule.
 */
public final class StoredChecks {

    /** Of a machine: whether its spec is one that would be accepted today. */
    public static final String VALID = "Valid";

    private StoredChecks() {}

    /** One round over all kinds; blocks. */
    public static void run(ResourceStore store, Instant now) {
        for (var kind : Kinds.all()) {
            check(store, kind, now);
        }
    }

    private static <S extends Record, T extends Record> void check(ResourceStore store, Kind<S, T> kind, Instant now) {
        var found = new TreeMap<String, String>();
        var resources = store.list(kind).items();
        for (var resource : resources) {
            try {
                ResourceRules.check(resource);
            } catch (InvalidResourceException broken) {
                found.put(resource.name(), broken.getMessage() + "; correct or delete it");
            }
        }
        store.setAside().replace("invalid " + kind.name(), found);
        if (kind.equals(Kinds.MACHINE)) {
            resources.forEach(machine -> mark(store, machine.name(), (MachineStatus) machine.status(), found, now));
        }
    }

    private static void mark(
            ResourceStore store, String name, MachineStatus status, Map<String, String> found, Instant now) {
        var why = found.get(name);
        if (status.conditions().equals(conditions(status, why, now))) {
            return;
        }
        try {
            store.update(
                    Kinds.MACHINE,
                    name,
                    machine -> machine.withStatus(
                            machine.status().withConditions(conditions(machine.status(), why, now))));
        } catch (ResourceMissingException deleted) {
            // Then there is nothing to say of it.
            store.setAside().replace("invalid Machine", without(found, name));
        }
    }

    private static Map<String, String> without(Map<String, String> found, String name) {
        var rest = new TreeMap<>(found);
        rest.remove(name);
        return rest;
    }

    private static List<Condition> conditions(MachineStatus status, @Nullable String why, Instant now) {
        var rest = new ArrayList<Condition>();
        for (var condition : status.conditions()) {
            if (!condition.type().equals(VALID)) {
                rest.add(condition);
            } else if (condition.message().equals(why)) {
                return status.conditions();
            }
        }
        if (why != null) {
            rest.add(new Condition(VALID, "False", "BreaksRules", why, now));
        }
        return rest;
    }
}
