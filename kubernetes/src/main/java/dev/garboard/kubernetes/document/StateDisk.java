package dev.garboard.kubernetes.document;

import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * The disk on which the node keeps what outlives a start: bundles, images, volumes and logs of its pods, etcd's data. Without one all of that lies
 * in memory.
 *
 * @param disk its serial number, its WWID or its kernel name such as {@code nvme0n1}, as the node's hardware shows them
 * @param overwrite whether a disk that holds anything else may be formatted; one that holds the node's data never is
 */
public record StateDisk(String disk, boolean overwrite) implements NodeDocument {

    public static final String KIND = "StateDisk";

    private static final Pattern DISK = Pattern.compile("[!-~]([ -~]{0,126}[!-~])?");

    @Override
    public String kind() {
        return KIND;
    }

    static StateDisk read(Fields spec) {
        return new StateDisk(spec.value("disk", StateDisk::disk), spec.flag("overwrite"));
    }

    /** Whether a disk may be called that: printable ASCII, at most 128, no blanks around it. */
    public static boolean isName(String text) {
        return DISK.matcher(text).matches();
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
    }
}
