package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.nodeconfig.StateDisk;
import java.util.Optional;

/**
 * Whether a disk holds the data that the server knows this machine to have. One that looks empty and was the machine's has lost it, and is no
 * disk to begin anew on: only {@code discard} with the UUID of what was there, or a reset of the node, says that it may.
 */
final class DiskRecord {

    private DiskRecord() {}

    /** Why the machine may not go on with that disk, and what helps; empty when it may. */
    static Optional<String> refusal(StateDisk wanted, Disk disk, DiskContent content) {
        var recorded = wanted.recorded();
        boolean isNodes = content.label().equals(StateDiskApplier.LABEL);
        // What a reset has erased is known by its UUID as it was before.
        boolean isKnown = isNodes || content.kind() == DiskContent.Kind.ERASED;
        if (recorded == null
                || recorded.fileSystem().equals(wanted.discard())
                || (isKnown
                        && (content.uuid().equals(recorded.fileSystem())
                                || content.uuid().equals(wanted.discard())
                                || isOrdered(wanted, content)))) {
            return Optional.empty();
        }
        if (!isRecorded(recorded, disk)) {
            // Whoever names another disk than before, or one by a name that it keeps, means that one.
            return wanted.disk().equals(disk.getName()) && recorded.device().equals(disk.getName())
                    ? Optional.of("and is not the disk with this machine's data, the file system "
                            + recorded.fileSystem() + " on " + describe(recorded) + ": the kernel has given the name \""
                            + disk.getName()
                            + "\" to another. Name a disk by its serial number or WWID in spec.stateDisk.disk")
                    : Optional.empty();
        }
        return Optional.of(
                isNodes
                        ? "with the UUID " + content.uuid() + ", expected this machine's data, the file system "
                                + recorded.fileSystem() + ": was it copied, or formatted elsewhere? "
                                + remedyForNodes(recorded, disk)
                        : "expected this machine's data, the file system " + recorded.fileSystem()
                                + ": it was erased, or the disk or its controller has lost it (garboard node MACHINE"
                                + " dmesg). Do not write to it while the data can be mended; to begin anew without it, "
                                + remedy(recorded, disk, content.kind()));
    }

    /** A reset cannot ask whether etcd needs what lies there, so it is advised only where the server takes no discard. */
    private static String remedyForNodes(StateDisk.Recorded recorded, Disk disk) {
        return isNumbered(disk)
                ? "To go on with what is there, and give up what was, " + discard(recorded)
                : "To lose both, if etcd needs neither, " + reset(disk, " --leave-etcd-behind");
    }

    private static String remedy(StateDisk.Recorded recorded, Disk disk, DiskContent.Kind kind) {
        boolean looksEmpty = kind == DiskContent.Kind.NOTHING || kind == DiskContent.Kind.ERASED;
        if (!isNumbered(disk)) {
            return (looksEmpty ? "" : "write zeros over the disk from a rescue system and ") + reset(disk, "");
        }
        return discard(recorded)
                + (looksEmpty
                        ? ", or " + reset(disk, "")
                        : ", and spec.stateDisk.overwrite to lose what lies there now");
    }

    private static String discard(StateDisk.Recorded recorded) {
        return "set spec.stateDisk.discard of the machine to " + recorded.fileSystem();
    }

    private static String reset(Disk disk, String options) {
        return "reset the node (garboard node MACHINE reset --disk " + StateDiskApplier.lastingName(disk) + options
                + ")";
    }

    /** Whether it has a name that it keeps; by another nothing is given up in the machine's spec. */
    private static boolean isNumbered(Disk disk) {
        return !StateDiskApplier.lastingName(disk).equals(disk.getName());
    }

    /** UUID of the file system that the machine is held against on that disk; empty when it is held against none there. */
    static Optional<String> expected(StateDisk wanted, Disk disk) {
        var recorded = wanted.recorded();
        return recorded != null && isRecorded(recorded, disk) ? Optional.of(recorded.fileSystem()) : Optional.empty();
    }

    /** It was formatted by order, and the server has not heard of it yet. */
    private static boolean isOrdered(StateDisk wanted, DiskContent content) {
        var order = wanted.order();
        return order != null && order.fileSystem().equals(content.uuid());
    }

    /** By the most certain name that both have. */
    private static boolean isRecorded(StateDisk.Recorded recorded, Disk disk) {
        if (!recorded.wwid().isEmpty() && !disk.getWwid().isEmpty()) {
            return recorded.wwid().equals(disk.getWwid());
        }
        if (!recorded.serial().isEmpty() && !disk.getSerial().isEmpty()) {
            return recorded.serial().equals(disk.getSerial());
        }
        return recorded.device().equals(disk.getName());
    }

    private static String describe(StateDisk.Recorded recorded) {
        return recorded.serial().isEmpty()
                ? recorded.wwid().isEmpty() ? recorded.device() : "the WWID " + recorded.wwid()
                : "the serial number " + recorded.serial();
    }
}
