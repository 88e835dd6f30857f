package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.nodeconfig.StateDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a disk ready to be mounted. What the machine's data is, is known by the file system's label and UUID; it is checked. A disk is formatted
 * when there is nothing on it and nothing was, or when the document says that what is there may go; see {@link DiskRecord} and {@link DiskLeave}.
 */
final class DiskPreparation {

    static final String TYPE = "ext4";

    private static final Logger LOG = LoggerFactory.getLogger("garboard.disk");

    /** e2fsck(8): 0 is clean, 1 mended. */
    private static final Set<Integer> CHECKED = Set.of(0, 1);

    private static final Duration CHECK_LIMIT = Duration.ofMinutes(30);
    private static final Duration FORMAT_LIMIT = Duration.ofMinutes(10);

    private final Tools tools;
    private final InstantSource clock;

    /** Runs one of the file system's programs to its end. */
    interface Tools {
        /**
         * Runs it.
         *
         * @throws IOException when it does not end within the limit with one of the exit codes
         */
        void run(Duration limit, Set<Integer> good, String... argv) throws IOException, InterruptedException;
    }

    DiskPreparation(Tools tools, InstantSource clock) {
        this.tools = tools;
        this.clock = clock;
    }

    /**
     * What is on the disk when it can be mounted.
     *
     * @param device of the disk, or a file with the content of one
     * @throws IllegalStateException when it may not be used as it is, with what helps
     */
    DiskContent prepare(StateDisk wanted, Disk disk, Path device) throws IOException, InterruptedException {
        var content = DiskContent.of(device);
        refuse(DiskRecord.refusal(wanted, disk, content), disk, content);
        if (isOurs(content) && !content.uuid().equals(wanted.discard())) {
            tools.run(CHECK_LIMIT, CHECKED, "/usr/sbin/e2fsck", "-p", device.toString());
            return content;
        }
        var order = wanted.order();
        boolean isSpent = order != null && DiskContent.remembers(device, order.fileSystem());
        refuse(DiskLeave.refusal(wanted, disk, content, isSpent, clock.instant()), disk, content);
        return format(disk, device, content, uuid(order, content));
    }

    /** What a node gives up is no matter of the order, whose UUID must not come back. */
    private static String uuid(StateDisk.@Nullable Order order, DiskContent content) {
        return order == null
                        || content.label().equals(StateDiskApplier.LABEL)
                        || content.uuid().equals(order.fileSystem())
                ? "random"
                : order.fileSystem();
    }

    private static void refuse(Optional<String> why, Disk disk, DiskContent content) {
        why.ifPresent(reason -> {
            throw new IllegalStateException(
                    "the disk " + StateDiskApplier.describe(disk) + " has " + content + " on it, " + reason);
        });
    }

    private static boolean isOurs(DiskContent content) {
        return content.kind() == DiskContent.Kind.FILE_SYSTEM
                && content.type().equals(TYPE)
                && content.label().equals(StateDiskApplier.LABEL);
    }

    /**
     * Makes the file system.
     *
     * @param uuid of it, or {@code random}
     */
    private DiskContent format(Disk disk, Path device, DiskContent content, String uuid)
            throws IOException, InterruptedException {
        LOG.warn("formatting {}, which has {} on it", StateDiskApplier.describe(disk), content);
        tools.run(
                FORMAT_LIMIT,
                Set.of(0),
                "/usr/sbin/mke2fs",
                "-q",
                "-F",
                "-t",
                TYPE,
                "-L",
                StateDiskApplier.LABEL,
                "-m",
                "1",
                "-U",
                uuid,
                "-e",
                "remount-ro",
                device.toString());
        var now = DiskContent.of(device);
        if (!isOurs(now)) {
            throw new IOException("the disk " + StateDiskApplier.describe(disk) + " was formatted, and has " + now
                    + " on it; replace it");
        }
        return now;
    }
}
