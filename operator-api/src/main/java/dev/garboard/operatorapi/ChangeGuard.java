package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.operatorapi.Refusal.Cause;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Refuses a {@link GuardedChanges guarded change} to callers whose role is too small. */
final class ChangeGuard {

    private final ResourceStore store;

    ChangeGuard(ResourceStore store) {
        this.store = store;
    }

    /**
     * Before is null for a creation, after for a deletion.
     *
     * @throws RefusedException with a cause for each field that needs a greater role
     */
    void check(Caller caller, @Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        var kind = after != null ? after.kind() : before != null ? before.kind() : Kinds.MACHINE;
        var name = after != null ? after.name() : before != null ? before.name() : "";
        var clusters = store.list(Kinds.CLUSTER);
        var rules = store.list(Kinds.ENROLLMENT_RULE);
        requireAllReadable(
                caller,
                kind,
                name,
                clusters.unreadable().keySet(),
                rules.unreadable().keySet());
        var configs = store.list(Kinds.NODE_CONFIG);
        if (kind.equals(Kinds.MACHINE) && !labels(before).equals(labels(after))) {
            requireReadable(caller, name, configs.unreadable().keySet());
        }
        var guarded = GuardedChanges.of(clusters.items(), rules.items(), configs.items());
        var causes = guarded.between(before, after).stream()
                .filter(found -> !caller.may(found.change().role()))
                .map(found -> new Cause(
                        "FieldValueForbidden",
                        found.field(),
                        "needs the role " + found.change().role().word() + ", "
                                + caller.name() + " has " + caller.rolesInWords() + ": "
                                + found.change().why()))
                .toList();
        if (!causes.isEmpty()) {
            throw new RefusedException(Refusal.forbidden(kind, name, causes));
        }
    }

    /** A NodeConfig that cannot be read may be one with a mirror, and the label one that it selects by. */
    private static void requireReadable(Caller caller, String machine, Set<String> configs) {
        if (!configs.isEmpty() && !caller.may(Role.ADMIN)) {
            throw new RefusedException(Refusal.forbidden(
                    Kinds.MACHINE,
                    machine,
                    List.of(new Cause(
                            "FieldValueForbidden",
                            "metadata.labels",
                            "needs the role admin while a stored NodeConfig cannot be read (" + configs
                                    + "): nobody can tell which machines it selects"))));
        }
    }

    private static Map<String, String> labels(@Nullable Resource<?, ?> resource) {
        return resource == null ? Map.of() : resource.metadata().labels();
    }

    /** What cannot be read may be just what makes a change an administrator's. */
    private static void requireAllReadable(
            Caller caller, Kind<?, ?> kind, String name, Set<String> clusters, Set<String> rules) {
        boolean decides = kind.equals(Kinds.MACHINE) || kind.equals(Kinds.SUBNET);
        if (decides && !(clusters.isEmpty() && rules.isEmpty()) && !caller.may(Role.ADMIN)) {
            throw new RefusedException(Refusal.forbidden(
                    kind,
                    name,
                    List.of(new Cause(
                            "FieldValueForbidden",
                            "metadata.name",
                            "needs the role admin while a stored Cluster or EnrollmentRule cannot be read (" + clusters
                                    + ", " + rules
                                    + "): nobody can tell what of this machine or subnet they decide by"))));
        }
    }
}
