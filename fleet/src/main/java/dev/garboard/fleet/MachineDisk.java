package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage.StateDisk;
import dev.garboard.inventory.MachineStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a machine says of the disk that it uses, as the inventory keeps it. It stays when the machine says nothing of a disk: that its data is
 * somewhere is what a disk that looks empty one day is held against.
 */
final class MachineDisk {

    private MachineDisk() {}

    /** Notes the disk that the machine uses now. */
    static StatusChange note(
            StatusChange change, MachineStatus.@Nullable StateDisk before, StateDisk said, Instant now) {
        if (!dev.garboard.nodeconfig.StateDisk.isFileSystem(said.getFileSystem())) {
            return change;
        }
        return change.stateDisk(new MachineStatus.StateDisk(
                said.getDevice(),
                textOrNull(said.getSerial()),
                textOrNull(said.getWwid()),
                said.getSizeBytes(),
                said.getFileSystem(),
                before != null && before.fileSystem().equals(said.getFileSystem()) ? before.since() : now));
    }

    private static @Nullable String textOrNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
