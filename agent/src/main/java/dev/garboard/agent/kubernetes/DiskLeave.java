package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.nodeconfig.StateDisk;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a disk may be formatted. Only zeros are nothing. What is foreign goes by an order that names the disk, a time, and the UUID of the file
 * system that replaces it; a node's data, whole or damaged, only by {@code discard} with its UUID, which no second file system has: neither can act
 * on what comes later. Both want a name that the disk keeps.
 */
final class DiskLeave {

    private DiskLeave() {}

    /**
     * Why it may not, and what helps; empty when it may.
     *
     * @param isSpent whether the disk remembers the file system that the order makes
     */
    static Optional<String> refusal(StateDisk wanted, Disk disk, DiskContent content, boolean isSpent, Instant now) {
        if (content.kind() == DiskContent.Kind.NOTHING || content.kind() == DiskContent.Kind.ERASED) {
            return Optional.empty();
        }
        if (content.label().equals(StateDiskApplier.LABEL)) {
            if (!content.uuid().equals(wanted.discard())) {
                return Optional.of("with the UUID " + content.uuid()
                        + ": a node's data, which nothing but its UUID gives up. Mend it from a rescue system (e2fsck -b 32768),"
                        + " or set spec.stateDisk.discard of the machine to that UUID to lose it");
            }
        } else {
            if (!wanted.overwrite()) {
                return Optional.of(
                        "expected nothing or ext4 with the label \"" + StateDiskApplier.LABEL
                                + "\"; name another disk, or set spec.stateDisk.overwrite of the machine to lose what is there");
            }
            var order = orderRefusal(wanted.order(), disk, isSpent, now);
            if (order.isPresent()) {
                return order;
            }
        }
        if (wanted.disk().equals(disk.getName())) {
            return Optional.of("and \"" + wanted.disk()
                    + "\" is a name that the kernel may give to another disk at the next start; to lose what is there, name the"
                    + " disk by its " + (disk.getWwid().isEmpty() ? "serial number" : "WWID \"" + disk.getWwid() + '"')
                    + " in spec.stateDisk.disk");
        }
        return Optional.empty();
    }

    private static Optional<String> orderRefusal(
            StateDisk.@Nullable Order order, Disk disk, boolean isSpent, Instant now) {
        if (order == null) {
            return Optional.of(
                    "and spec.stateDisk.overwrite of the machine is set without an order: several of its disks are"
                            + " called so, or the boot server is older than this node. Name the disk by a number that no other has"
                            + " (garboard node MACHINE hardware), and set overwrite again");
        }
        if ((!order.serial().isEmpty() && !order.serial().equals(disk.getSerial()))
                || (!order.wwid().isEmpty() && !order.wwid().equals(disk.getWwid()))) {
            return Optional.of("and the order to overwrite is for the disk with the serial number \"" + order.serial()
                    + "\" and the WWID \"" + order.wwid()
                    + "\", not for this one; set spec.stateDisk.overwrite again if this"
                    + " one is meant");
        }
        if (!now.isBefore(order.until())) {
            return Optional.of("and the order to overwrite ended at " + order.until()
                    + "; set spec.stateDisk.overwrite of the machine again");
        }
        return isSpent
                ? Optional.of(
                        "and the order to overwrite was carried out on this disk before, by making the file system "
                                + order.fileSystem()
                                + ": it does not act on what came later. Set spec.stateDisk.overwrite of the"
                                + " machine to false and to true again to lose what is there now")
                : Optional.empty();
    }
}
