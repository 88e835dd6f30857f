package dev.garboard.fleet.cluster;

import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.nodeconfig.StateDisk;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a machine is told of its disk: what is declared, and what is to be found there. */
final class DiskDocument {

    private DiskDocument() {}

    /** Empty when no disk is declared. */
    static Optional<StateDisk> of(Resource<MachineSpec, MachineStatus> machine) {
        return Optional.ofNullable(machine.spec().stateDisk())
                .map(disk -> new StateDisk(
                        disk.disk(),
                        disk.overwrite(),
                        disk.discard(),
                        recorded(machine.status().stateDisk()),
                        disk.overwrite() ? order(machine.status().diskOrder(), disk.disk()) : null));
    }

    private static StateDisk.@Nullable Order order(MachineStatus.@Nullable DiskOrder made, String disk) {
        return made == null || !made.disk().equals(disk)
                ? null
                : new StateDisk.Order(
                        made.fileSystem(),
                        Objects.requireNonNullElse(made.serial(), ""),
                        Objects.requireNonNullElse(made.wwid(), ""),
                        made.until());
    }

    private static StateDisk.@Nullable Recorded recorded(MachineStatus.@Nullable StateDisk used) {
        return used == null
                ? null
                : new StateDisk.Recorded(
                        used.device(),
                        Objects.requireNonNullElse(used.serial(), ""),
                        Objects.requireNonNullElse(used.wwid(), ""),
                        used.fileSystem());
    }
}
