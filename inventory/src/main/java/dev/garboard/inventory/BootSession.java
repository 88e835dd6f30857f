package dev.garboard.inventory;

import java.time.Instant;

/** A boot session as it is in memory; what the database has may be some milliseconds older. */
public record BootSession(String id, BootSessionSpec spec, BootSessionStatus status) {

    BootSession withStatus(BootSessionStatus newStatus) {
        return new BootSession(id, spec, newStatus);
    }

    BootSession withMachine(String machine) {
        var named = new BootSessionSpec(
                spec.mac(), machine, spec.architecture(), spec.image(), spec.decision(), spec.startedAt());
        return new BootSession(id, named, status);
    }

    /** Whether its loader may still be at work: nothing was heard of an agent, and the boot is neither over nor ready. */
    public boolean isLoading() {
        return !BootTimeline.reached(status, "network")
                && (status.outcome().equals(BootTimeline.RUNNING)
                        || status.outcome().equals(BootTimeline.FAILED));
    }

    /** When it was last heard of. */
    Instant lastHeard() {
        var steps = status.steps();
        return steps.isEmpty() ? spec.startedAt() : steps.getLast().time();
    }

    Resource<BootSessionSpec, BootSessionStatus> resource() {
        return new Resource<>(Kinds.BOOT_SESSION, ObjectMeta.named(id), spec, status);
    }

    static BootSession of(Resource<BootSessionSpec, BootSessionStatus> resource) {
        return new BootSession(resource.name(), resource.spec(), resource.status());
    }
}
