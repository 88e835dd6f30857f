package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.kubernetes.document.StateDisk;
import java.util.Optional;

/**
 * Whether a disk may be formatted. Only zeros are nothing. What is foreign goes by {@code overwrite}; a node's data, whole or damaged, only by
 * {@code discard} with its UUID, which no second file system has: neither can act on what comes later. Both want a name that the disk keeps.
 */
final class DiskLeave {

    private DiskLeave() {}

    /** Why it may not, and what helps; empty when it may. */
    static Optional<String> refusal(StateDisk wanted, Disk disk, DiskContent content) {
        if (content.kind() == DiskContent.Kind.NOTHING) {
            return Optional.empty();
        }
        if (content.label().equals(StateDiskApplier.LABEL)) {
            if (!content.uuid().equals(wanted.discard())) {
                return Optional.of("with the UUID " + content.uuid()
                        + ": a node's data, which nothing but its UUID gives up. Mend it from a rescue system (e2fsck -b 32768),"
                        + " or set spec.stateDisk.discard of the machine to that UUID to lose it");
            }
        } else if (!wanted.overwrite()) {
            return Optional.of("expected nothing or ext4 with the label \"" + StateDiskApplier.LABEL
                    + "\"; name another disk, or set spec.stateDisk.overwrite of the machine to lose what is there");
        }
        if (wanted.disk().equals(disk.getName())) {
            return Optional.of("and \"" + wanted.disk()
                    + "\" is a name that the kernel may give to another disk at the next start; to lose what is there, name the"
                    + " disk by its " + (disk.getWwid().isEmpty() ? "serial number" : "WWID \"" + disk.getWwid() + '"')
                    + " in spec.stateDisk.disk");
        }
        return Optional.empty();
    }
}
