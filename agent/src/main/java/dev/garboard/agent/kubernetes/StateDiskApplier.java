package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.KernelModules;
import dev.garboard.agent.linux.Mounts;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.kubernetes.document.StateDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code StateDisk}: the disk that is mounted below /var before anything of a cluster is written there. A disk is recognised by its file
 * system's label. It is formatted when there is nothing on it, or when the document says that what is there may go; see {@link DiskLeave}.
 */
final class StateDiskApplier implements DocumentApplier {

    /** Of the file system; ext4 allows 16 bytes. */
    static final String LABEL = "garboard-state";

    private static final Logger LOG = LoggerFactory.getLogger("garboard.disk");
    private static final Path TARGET = Path.of("/var");
    private static final String TYPE = "ext4";

    /** e2fsck(8): 0 is clean, 1 mended. */
    private static final Set<Integer> CHECKED = Set.of(0, 1);

    private static final Duration CHECK_LIMIT = Duration.ofMinutes(30);
    private static final Duration FORMAT_LIMIT = Duration.ofMinutes(10);

    private final ProgramCall tools;
    private final BundleShelf shelf;
    private final Supplier<List<Disk>> disks;
    private @Nullable String mounted;
    private String uuid = "";

    StateDiskApplier(ProgramCall tools, BundleShelf shelf, Supplier<List<Disk>> disks) {
        this.tools = tools;
        this.shelf = shelf;
        this.disks = disks;
    }

    @Override
    public String kind() {
        return StateDisk.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT_FOR_OTHERS;
    }

    /** What is written to memory meanwhile would be hidden by the disk. */
    @Override
    public boolean comesFirst() {
        return mounted == null && shelf.current().isEmpty();
    }

    @Override
    public boolean ofCluster() {
        return false;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        var wanted = input.as(StateDisk.class);
        if (wanted.disk().equals(mounted)) {
            if (uuid.equals(wanted.discard())) {
                throw new DocumentPendingException("the file system " + uuid + " on the disk " + mounted
                        + " is given up and in use; restart the machine to format it: garboard node MACHINE reboot");
            }
            return;
        }
        if (!comesFirst()) {
            throw new IllegalStateException("the node's data has lain "
                    + (mounted == null ? "in memory" : "on the disk " + mounted)
                    + " since it started; restart the machine to use the disk \"" + wanted.disk() + '"');
        }
        if (Mounts.isMountPoint(Path.of("/var/lib"))) {
            throw new IllegalStateException("this node is a container, and its host gives it a disk already; take"
                    + " spec.stateDisk out of the machine");
        }
        var disk = find(wanted.disk(), disks.get());
        var device = Path.of("/dev", disk.getName());
        KernelModules.loadForDisks();
        var content = DiskContent.of(device);
        if (isOurs(content) && !content.uuid().equals(wanted.discard())) {
            tools.run(CHECK_LIMIT, CHECKED, "/usr/sbin/e2fsck", "-p", device.toString());
        } else {
            content = format(wanted, disk, device, content);
        }
        Mounts.mountData(device, TARGET, TYPE);
        mounted = wanted.disk();
        uuid = content.uuid();
        LOG.info(
                "{} is mounted at {}, {} GB, file system {}",
                device,
                TARGET,
                disk.getSizeBytes() / 1_000_000_000,
                uuid);
    }

    private static boolean isOurs(DiskContent content) {
        return content.kind() == DiskContent.Kind.FILE_SYSTEM
                && content.type().equals(TYPE)
                && content.label().equals(LABEL);
    }

    private DiskContent format(StateDisk wanted, Disk disk, Path device, DiskContent content)
            throws IOException, InterruptedException {
        DiskLeave.refusal(wanted, disk, content).ifPresent(why -> {
            throw new IllegalStateException("the disk " + describe(disk) + " has " + content + " on it, " + why);
        });
        LOG.warn("formatting {}, which has {} on it", describe(disk), content);
        tools.run(
                FORMAT_LIMIT,
                "/usr/sbin/mke2fs",
                "-q",
                "-F",
                "-t",
                TYPE,
                "-L",
                LABEL,
                "-m",
                "1",
                "-e",
                "remount-ro",
                device.toString());
        var now = DiskContent.of(device);
        if (!isOurs(now)) {
            throw new IOException(
                    "the disk " + describe(disk) + " was formatted, and has " + now + " on it; replace it");
        }
        return now;
    }

    /** The one disk that is meant. */
    static Disk find(String wanted, List<Disk> all) {
        var found = all.stream()
                .filter(disk -> List.of(disk.getName(), disk.getSerial(), disk.getWwid())
                        .contains(wanted))
                .toList();
        if (found.size() > 1) {
            throw new IllegalStateException("\"" + wanted + "\" are several disks: " + describe(found)
                    + "; name one by its WWID or kernel name");
        }
        if (found.isEmpty()) {
            throw new DocumentPendingException("waits for the disk \"" + wanted
                    + "\", which is not there; the machine has " + (all.isEmpty() ? "none" : describe(all)));
        }
        return found.getFirst();
    }

    private static String describe(List<Disk> disks) {
        return disks.stream().map(StateDiskApplier::describe).collect(Collectors.joining(", "));
    }

    private static String describe(Disk disk) {
        return disk.getName() + " (" + disk.getSizeBytes() / 1_000_000_000 + " GB"
                + (disk.getModel().isEmpty() ? "" : ", " + disk.getModel())
                + (disk.getSerial().isEmpty() ? "" : ", serial " + disk.getSerial()) + ")";
    }

    /** What is mounted below it goes first, used or not: nothing of the cluster runs any more. */
    @Override
    public void close() {
        if (mounted == null) {
            return;
        }
        try {
            Mounts.detachBelow(TARGET);
            switch (Mounts.release(TARGET)) {
                case UNMOUNTED -> LOG.info("{} is unmounted", TARGET);
                case READ_ONLY -> LOG.warn("{} is still in use, and read-only from here on", TARGET);
                case BUSY -> LOG.warn("{} is still written to; its file system is checked at the next start", TARGET);
            }
        } catch (IOException | SystemCallException failed) {
            LOG.warn("{} stays mounted: {}", TARGET, failed.getMessage());
        }
    }

    /** Programs of the cluster may still hold files there; the disk is left alone by the next start. */
    @Override
    public void remove(String name) {
        if (mounted != null && !Mounts.unmountUnlessBusy(TARGET)) {
            throw new DocumentPendingException("the disk is used until the machine starts again");
        }
        mounted = null;
        uuid = "";
    }
}
