package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.nodeconfig.StateDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code StateDisk}: the disk that is mounted below /var before anything of a cluster is written there; {@link DiskPreparation} sees to what is
 * on it.
 */
final class StateDiskApplier implements DocumentApplier, UsedDisk {

    /** Of the file system; ext4 allows 16 bytes. */
    static final String LABEL = "garboard-state";

    private static final Logger LOG = LoggerFactory.getLogger("garboard.disk");

    private final DiskPreparation preparation;
    private final BundleShelf shelf;
    private final Supplier<List<Disk>> disks;
    private final DiskMount mount;
    private final Path devices;
    private @Nullable String mounted;
    private volatile NodeMessage.@Nullable StateDisk used;
    private volatile @Nullable StateDisk declared;

    StateDiskApplier(ProgramCall tools, BundleShelf shelf, Supplier<List<Disk>> disks) {
        this(
                new DiskPreparation(tools::run, InstantSource.system()),
                shelf,
                disks,
                new DiskMount.OnVar(),
                Path.of("/dev"));
    }

    /**
     * One that has no disk yet.
     *
     * @param devices where the kernel's names of disks are files
     */
    StateDiskApplier(
            DiskPreparation preparation, BundleShelf shelf, Supplier<List<Disk>> disks, DiskMount mount, Path devices) {
        this.preparation = preparation;
        this.shelf = shelf;
        this.disks = disks;
        this.mount = mount;
        this.devices = devices;
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
        declared = wanted;
        if (wanted.disk().equals(mounted)) {
            var now = used;
            if (now != null && now.getFileSystem().equals(wanted.discard())) {
                throw new DocumentPendingException("the file system " + wanted.discard() + " on the disk " + mounted
                        + " is given up and in use; restart the machine to format it: garboard node MACHINE reboot");
            }
            return;
        }
        if (!comesFirst()) {
            throw new IllegalStateException("the node's data has lain "
                    + (mounted == null ? "in memory" : "on the disk " + mounted)
                    + " since it started; restart the machine to use the disk \"" + wanted.disk() + '"');
        }
        if (mount.isTaken()) {
            throw new IllegalStateException("this node is a container, and its host gives it a disk already; take"
                    + " spec.stateDisk out of the machine");
        }
        var disk = find(wanted.disk(), disks.get());
        var device = devices.resolve(disk.getName());
        mount.loadDrivers();
        var content = preparation.prepare(wanted, disk, device);
        mount.mount(device);
        mounted = wanted.disk();
        used = message(disk, content.uuid());
        LOG.info(
                "{} is mounted at {}, {} GB, file system {}",
                device,
                mount,
                disk.getSizeBytes() / 1_000_000_000,
                content.uuid());
    }

    private static NodeMessage.StateDisk message(Disk disk, String fileSystem) {
        return NodeMessage.StateDisk.newBuilder()
                .setDevice(disk.getName())
                .setSerial(disk.getSerial())
                .setWwid(disk.getWwid())
                .setSizeBytes(disk.getSizeBytes())
                .setFileSystem(fileSystem)
                .build();
    }

    @Override
    public Optional<NodeMessage.StateDisk> used() {
        return Optional.ofNullable(used);
    }

    @Override
    public Optional<StateDisk> declared() {
        return Optional.ofNullable(declared);
    }

    /** The name that a disk keeps; the kernel's when it has no other. */
    static String lastingName(Disk disk) {
        return !disk.getSerial().isEmpty()
                ? disk.getSerial()
                : disk.getWwid().isEmpty() ? disk.getName() : disk.getWwid();
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

    /** Disks in words, for people. */
    static String describe(List<Disk> disks) {
        return disks.stream().map(StateDiskApplier::describe).collect(Collectors.joining(", "));
    }

    /** A disk in words, for people. */
    static String describe(Disk disk) {
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
            switch (mount.release()) {
                case UNMOUNTED -> LOG.info("{} is unmounted", mount);
                case READ_ONLY -> LOG.warn("{} is still in use, and read-only from here on", mount);
                case BUSY -> LOG.warn("{} is still written to; its file system is checked at the next start", mount);
            }
        } catch (IOException | SystemCallException failed) {
            LOG.warn("{} stays mounted: {}", mount, failed.getMessage());
        }
    }

    /** Programs of the cluster may still hold files there; the disk is left alone by the next start. */
    @Override
    public void remove(String name) {
        if (mounted != null && !mount.unmountUnlessBusy()) {
            throw new DocumentPendingException("the disk is used until the machine starts again");
        }
        mounted = null;
        used = null;
        declared = null;
    }
}
