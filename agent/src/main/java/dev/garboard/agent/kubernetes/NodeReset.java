package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.DiskErasure;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.nodeconfig.StateDisk;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether a node may lose all that it keeps, and the losing. What is asked for must be true of the node: its name, and its disk. */
public final class NodeReset {

    private final Supplier<String> machine;
    private final Supplier<List<Disk>> disks;
    private final Supplier<State> state;
    private final DiskMount mount;
    private final Path devices;

    /**
     * What the node has and was told.
     *
     * @param used the disk that its data is on; null while there is none
     * @param declared what was declared of its disk; null when nothing was
     * @param etcd why etcd's cluster would miss this node; null when it would not
     */
    public record State(
            NodeMessage.@Nullable StateDisk used,
            @Nullable StateDisk declared,
            @Nullable String etcd) {

        /** That of a node that got no document yet. */
        public static State nothing() {
            return new State(null, null, null);
        }
    }

    /**
     * A disk that may be erased.
     *
     * @param found UUID of the file system that is on it; where none can be seen any more, of the one that was
     * @param givenUp UUID of the file system that the node is held against, and is missed by nobody afterwards
     */
    public record Plan(Disk disk, Path device, String found, String givenUp) {

        /**
         * Erases it, after everything that uses it has ended.
         *
         * @throws IOException when that fails, or something else is there afterwards
         */
        public void carryOut() throws IOException {
            DiskErasure.erase(device, givenUp);
            var now = DiskContent.of(device);
            if (now.kind() != DiskContent.Kind.ERASED) {
                throw new IOException(
                        "the disk " + StateDiskApplier.describe(disk) + " was erased, and has " + now + " on it");
            }
        }
    }

    /**
     * Resets of this node.
     *
     * @param machine this node's name in the inventory
     * @param state what would be lost now
     */
    public NodeReset(Supplier<String> machine, Supplier<List<Disk>> disks, Supplier<State> state) {
        this(machine, disks, state, new DiskMount.OnVar(), Path.of("/dev"));
    }

    /**
     * The same for other places.
     *
     * @param devices where the kernel's names of disks are files
     */
    NodeReset(
            Supplier<String> machine,
            Supplier<List<Disk>> disks,
            Supplier<State> state,
            DiskMount mount,
            Path devices) {
        this.machine = machine;
        this.disks = disks;
        this.state = state;
        this.mount = mount;
        this.devices = devices;
    }

    /** What would be erased; changes nothing. A refusal is a {@link StatusRuntimeException}. */
    public Plan plan(ResetRequest request) {
        if (request.getDisk().isEmpty()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("no disk is named; garboard node MACHINE hardware shows them")
                    .asRuntimeException();
        }
        if (!request.getMachine().equals(machine.get())) {
            throw refusal("the reset is for the machine \"" + request.getMachine() + "\", and this is \""
                    + machine.get() + '"');
        }
        try {
            if (mount.isTaken()) {
                throw refusal(
                        "this node is a container, and its disks are its host's; begin anew with another directory");
            }
            var disk = find(request.getDisk(), disks.get());
            var device = devices.resolve(disk.getName());
            mount.loadDrivers();
            var now = state.get();
            var content = DiskContent.of(device);
            refusal(disk, content, now, request.getLeaveEtcdBehind()).ifPresent(why -> {
                throw refusal(why);
            });
            return plan(disk, device, content, now);
        } catch (IOException unreadable) {
            throw refusal("the disk cannot be looked at: " + unreadable.getMessage());
        }
    }

    /** By a name that it keeps. */
    static Disk find(String wanted, List<Disk> all) {
        var found = all.stream()
                .filter(disk -> wanted.equals(disk.getSerial())
                        || wanted.equals(disk.getWwid())
                        || wanted.equals(StateDiskApplier.lastingName(disk)))
                .toList();
        if (found.size() != 1) {
            throw refusal(
                    found.isEmpty()
                            ? "this machine has no disk with the serial number or WWID \"" + wanted + "\"; it has "
                                    + (all.isEmpty() ? "none" : StateDiskApplier.describe(all))
                            : "\"" + wanted + "\" are several disks: " + StateDiskApplier.describe(found)
                                    + "; name one by its WWID");
        }
        return found.getFirst();
    }

    /** Why that disk of the node may not be erased, and what helps; empty when it may. */
    static Optional<String> refusal(Disk disk, DiskContent content, State state, boolean leaveEtcdBehind) {
        var used = state.used();
        if (used != null && !used.getDevice().equals(disk.getName())) {
            return Optional.of("this node's data is on " + used.getDevice() + " (serial number \"" + used.getSerial()
                    + "\", WWID \"" + used.getWwid() + "\"), and not on " + StateDiskApplier.describe(disk));
        }
        boolean isNodes = content.label().equals(StateDiskApplier.LABEL);
        if (used == null && !isNodes) {
            var lost = lost(disk, content, state);
            switch (content.kind()) {
                case ERASED -> {}
                case NOTHING -> {
                    if (lost.isEmpty()) {
                        return Optional.of("the disk " + StateDiskApplier.describe(disk)
                                + " has nothing on it, and this node keeps nothing there; to forget what is in its memory,"
                                + " restart it: garboard node MACHINE reboot");
                    }
                }
                default -> {
                    return Optional.of("the disk " + StateDiskApplier.describe(disk) + " has " + content
                            + " on it, which is no node's data: a reset erases nothing else. To lose it, set"
                            + " spec.stateDisk.overwrite of the machine"
                            + lost.map(uuid -> ", and spec.stateDisk.discard to " + uuid)
                                    .orElse(""));
                }
            }
        }
        if (leaveEtcdBehind) {
            return Optional.empty();
        }
        var etcd = state.etcd();
        if (used != null || !isNodes) {
            return Optional.ofNullable(etcd);
        }
        return Optional.of((etcd == null ? "" : etcd + ". Moreover, ") + unseen(disk, content));
    }

    /** Etcd's data is looked for where the node's disk is mounted, and this one is not. */
    private static String unseen(Disk disk, DiskContent content) {
        return "the disk " + StateDiskApplier.describe(disk) + " has " + content + " on it, the file system "
                + content.uuid()
                + ", a node's data that is not in use: whether etcd's data is on it, and others need it,"
                + " is not known. Let the node use the disk first (spec.stateDisk of the machine; the machine's document"
                + " StateDisk says what is in the way), and it will ask etcd; or say --leave-etcd-behind"
                + " (leave_etcd_behind) to lose what is there";
    }

    /** UUID of this machine's data that was on the disk, and is not there any more. */
    private static Optional<String> lost(Disk disk, DiskContent content, State state) {
        var declared = state.declared();
        return declared != null && DiskRecord.refusal(declared, disk, content).isPresent()
                ? DiskRecord.expected(declared, disk)
                : Optional.empty();
    }

    /** What is done to a disk that may be erased. */
    static Plan plan(Disk disk, Path device, DiskContent content, State state) {
        var givenUp = givenUp(disk, content, state);
        return new Plan(disk, device, content.uuid().isEmpty() ? givenUp : content.uuid(), givenUp);
    }

    /**
     * What the server knows of is marked and told to be gone, also when something else is there: the node is held against it at its next start,
     * whether or not the server has heard.
     */
    static String givenUp(Disk disk, DiskContent content, State state) {
        var used = state.used();
        var declared = state.declared();
        return used != null
                ? used.getFileSystem()
                : Optional.ofNullable(declared)
                        .flatMap(said -> DiskRecord.expected(said, disk))
                        .orElse(content.uuid());
    }

    private static StatusRuntimeException refusal(String why) {
        return Status.FAILED_PRECONDITION.withDescription(why).asRuntimeException();
    }
}
