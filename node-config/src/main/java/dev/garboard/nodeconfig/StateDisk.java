package dev.garboard.nodeconfig;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The disk on which the node keeps what outlives a start: bundles, images, volumes and logs of its pods, etcd's data. Without one all of that lies
 * in memory.
 *
 * @param disk its serial number, its WWID or its kernel name such as {@code nvme0n1}, as the node's hardware shows them
 * @param overwrite whether somebody wants a disk that holds anything else to be formatted; that it may be is said by {@code order} alone, and
 *     one that holds a node's data never is
 * @param discard UUID of the file system with a node's data that may be lost nevertheless; it acts once, because the next file system has
 *     another one. Null means none
 * @param recorded where the machine's data was when it was last heard of; null when it never had any on a disk
 * @param order to format a disk that holds anything else; null means none
 */
public record StateDisk(
        String disk,
        boolean overwrite,
        @Nullable String discard,
        @Nullable Recorded recorded,
        @Nullable Order order) implements NodeDocument {

    public static final String KIND = "StateDisk";

    private static final Pattern DISK = Pattern.compile("[!-~]([ -~]{0,126}[!-~])?");

    /** As the kernel calls disks; such a name may be another disk's at the next start. */
    private static final Pattern KERNEL_NAME = Pattern.compile(
            "(/dev/)?((sd|vd|hd|xvd)[a-z]{1,4}|nvme\\d+(c\\d+)?n\\d+|(mmcblk|pmem|nbd|md|dm-|loop|ram|sr|zram)\\d+)");

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /**
     * What the server knows of the disk that the machine used last.
     *
     * @param device the kernel's name for it then; the only name that a disk without the others has
     * @param serial empty when it has none
     * @param wwid empty when it has none
     * @param fileSystem UUID of the file system with the machine's data
     */
    public record Recorded(String device, String serial, String wwid, String fileSystem) {

        private static Recorded read(Fields fields) {
            return new Recorded(
                    fields.text("device"),
                    fields.text("serial"),
                    fields.text("wwid"),
                    fields.value("fileSystem", StateDisk::fileSystem));
        }

        private void write(ObjectNode json) {
            json.put("device", device);
            json.put("serial", serial);
            json.put("wwid", wwid);
            json.put("fileSystem", fileSystem);
        }
    }

    /**
     * That one disk is formatted once. The new file system gets a UUID that was made for this order: where it is found, also under what was
     * written over it since, the order was carried out.
     *
     * @param fileSystem that UUID
     * @param serial of the disk; empty when it has none, or when the server did not know it
     * @param wwid of the disk; empty when it has none, or when the server did not know it
     * @param until from then on it is no order any more
     */
    public record Order(String fileSystem, String serial, String wwid, Instant until) {

        private static Order read(Fields fields) {
            return new Order(
                    fields.value("fileSystem", StateDisk::fileSystem),
                    fields.text("serial"),
                    fields.text("wwid"),
                    fields.value("until", StateDisk::time));
        }

        private void write(ObjectNode json) {
            json.put("fileSystem", fileSystem);
            json.put("serial", serial);
            json.put("wwid", wwid);
            json.put("until", until.toString());
        }
    }

    /** A disk of which nothing may be lost, and of which nothing is known. */
    public StateDisk(String disk) {
        this(disk, false, null, null, null);
    }

    /** The same disk, of which nothing may be lost. */
    public StateDisk withoutLeave() {
        return new StateDisk(disk, false, null, recorded, null);
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** Reads what {@code spec} says. */
    public static StateDisk read(Fields spec) {
        return new StateDisk(
                spec.value("disk", StateDisk::disk),
                spec.flag("overwrite"),
                spec.valueOrNull("discard", StateDisk::fileSystem),
                spec.objectOrNull("recorded", Recorded::read),
                spec.objectOrNull("order", Order::read));
    }

    /** Whether a disk may be called that: printable ASCII, at most 128, no blanks around it. */
    public static boolean isName(String text) {
        return DISK.matcher(text).matches();
    }

    /** Whether it is a name that the kernel gives: it does not say which disk is meant after the next start. */
    public static boolean isKernelName(String text) {
        return KERNEL_NAME.matcher(text).matches();
    }

    /** Whether it is a file system's UUID as the tools write it, in lower case. */
    public static boolean isFileSystem(String text) {
        return UUID.matcher(text).matches();
    }

    private static String fileSystem(String text) {
        if (!isFileSystem(text)) {
            throw new IllegalArgumentException("a file system's UUID in lower case");
        }
        return text;
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            throw new IllegalArgumentException("a time such as 2026-12-01T06:00:00Z", malformed);
        }
    }

    private static String disk(String text) {
        if (!isName(text)) {
            throw new IllegalArgumentException("a disk's serial number, WWID or kernel name");
        }
        return text;
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("disk", disk);
        spec.put("overwrite", overwrite);
        if (discard != null) {
            spec.put("discard", discard);
        }
        if (recorded != null) {
            recorded.write(spec.putObject("recorded"));
        }
        if (order != null) {
            order.write(spec.putObject("order"));
        }
    }
}
