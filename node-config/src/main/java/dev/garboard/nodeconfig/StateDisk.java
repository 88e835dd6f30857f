package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
        @Matches(value = StateDisk.NAME, expected = "a disk's serial number, WWID or kernel name")
        String disk,

        boolean overwrite,
        @Nullable @FileSystem String discard,
        @Nullable Recorded recorded,
        @Nullable Order order)
        implements NodeDocument {

    public static final String KIND = "StateDisk";

    static final String NAME = "[!-~]([ -~]{0,126}[!-~])?";

    private static final Pattern DISK = Pattern.compile(NAME);

    /** As the kernel calls disks; such a name may be another disk's at the next start. */
    private static final Pattern KERNEL_NAME = Pattern.compile(
            "(/dev/)?((sd|vd|hd|xvd)[a-z]{1,4}|nvme\\d+(c\\d+)?n\\d+|(mmcblk|pmem|nbd|md|dm-|loop|ram|sr|zram)\\d+)");

    private static final String UUID_FORM = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    private static final Pattern UUID = Pattern.compile(UUID_FORM);

    /** The text is a file system's UUID as the tools write it. */
    @Matches(value = UUID_FORM, expected = "a file system's UUID in lower case")
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    public @interface FileSystem {}

    /**
     * What the server knows of the disk that the machine used last.
     *
     * @param device the kernel's name for it then; the only name that a disk without the others has
     * @param serial empty when it has none
     * @param wwid empty when it has none
     * @param fileSystem UUID of the file system with the machine's data
     */
    public record Recorded(
            String device,
            String serial,
            String wwid,
            @FileSystem String fileSystem) {}

    /**
     * That one disk is formatted once. The new file system gets a UUID that was made for this order: where it is found, also under what was
     * written over it since, the order was carried out.
     *
     * @param fileSystem that UUID
     * @param serial of the disk; empty when it has none, or when the server did not know it
     * @param wwid of the disk; empty when it has none, or when the server did not know it
     * @param until from then on it is no order any more
     */
    public record Order(@FileSystem String fileSystem, String serial, String wwid, Instant until) {}

    /** A disk of which nothing may be lost, and of which nothing is known. */
    public StateDisk(String disk) {
        this(disk, false, null, null, null);
    }

    @Override
    public String kind() {
        return KIND;
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
}
