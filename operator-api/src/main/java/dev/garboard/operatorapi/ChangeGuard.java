package dev.garboard.operatorapi;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.operatorapi.Refusal.Cause;
import dev.garboard.trust.Caller;
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
        var guarded = GuardedChanges.of(
                store.list(Kinds.CLUSTER).items(),
                store.list(Kinds.ENROLLMENT_RULE).items());
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
            var name = after != null ? after.name() : before != null ? before.name() : "";
            throw new RefusedException(Refusal.forbidden(kind, name, causes));
        }
    }
}
