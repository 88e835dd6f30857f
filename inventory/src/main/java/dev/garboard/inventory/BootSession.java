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

    /**
     * Whether its loader may still be at work: nothing was heard of an agent, and the boot is neither over nor ready. A DHCP message that says it is an
     * agent's is no sign of one, for anybody can send it; what comes over the node API is told only of who has proven to be the boot.
     */
    public boolean isLoading() {
        return status.steps().stream()
                        .noneMatch(step ->
                                step.protocol().equals("grpc") && step.outcome().equals("ok"))
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
