package dev.garboard.fleet.cluster;

import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.StateDisk;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Whether the machine that may found a cluster has done so, although nobody noted it yet: it founded a moment ago, or the note is gone with a
 * newer database.
 *
 * @param isFounded whether it has data of etcd
 * @param doubt why nobody can tell; empty when it is known
 */
record FounderState(boolean isFounded, String doubt) {

    /**
     * What its answer to the question for its member of etcd says.
     *
     * @param refusal null when there is a member that answers
     * @param machine as it is stored; null when it is not
     */
    static FounderState of(
            String name, @Nullable Status refusal, @Nullable Resource<MachineSpec, MachineStatus> machine) {
        if (refusal == null) {
            return new FounderState(true, "");
        }
        if (refusal.getCode() != Status.Code.FAILED_PRECONDITION) {
            return unknown(name, refusal.getCode() + ": " + refusal.getDescription());
        }
        // It has neither a member nor data as far as it sees: not before it was told of etcd, and its disk is there.
        return machine != null && isTold(machine) && isDiskThere(machine)
                ? new FounderState(false, "")
                : unknown(name, "it has not come so far since it started");
    }

    /** That it does not answer. */
    static FounderState unknown(String name, String why) {
        return new FounderState(
                false, name + " was told to found the cluster, and whether it has cannot be seen: " + why);
    }

    private static boolean isTold(Resource<MachineSpec, MachineStatus> machine) {
        return machine.status().documents().stream()
                .anyMatch(document -> document.kind().equals(Etcd.KIND));
    }

    private static boolean isDiskThere(Resource<MachineSpec, MachineStatus> machine) {
        return machine.spec().stateDisk() == null
                || machine.status().documents().stream()
                        .anyMatch(document -> document.kind().equals(StateDisk.KIND) && document.appliedRevision() > 0);
    }
}
