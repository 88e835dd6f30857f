package dev.garboard.agent.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What lies on a disk, as libblkid finds it: that library knows the signatures of everything that mount(8), RAID and volume managers use.
 *
 * @param kind of content
 * @param type the library's name of it, for example {@code ext4} or {@code gpt}; empty when there is none
 * @param label of a file system; empty when it has none
 * @param uuid of a file system, or of the one that was erased, in lower case; empty when there is none
 */
public record DiskContent(Kind kind, String type, String label, String uuid) {

    private static final int FOUND = 0;
    private static final int NOTHING_FOUND = 1;
    private static final int AMBIVALENT = -2;

    /** Kinds of content. */
    public enum Kind {
        /** Zeros, wherever it was looked. */
        NOTHING,
        /** What is there means nothing since a reset of the node. */
        ERASED,
        /** Bytes that are none of a known format: encrypted, damaged, or of something that libblkid does not know. */
        UNKNOWN,
        /** A file system whose beginning is damaged: only the copies of its superblock are there. */
        DAMAGED,
        /** A file system, or a member of something larger such as a RAID. */
        FILE_SYSTEM,
        PARTITION_TABLE,
        /** Signatures that contradict each other. */
        SEVERAL
    }

    /** The library; its functions return 0 for success unless said otherwise. */
    private static final class Blkid {

        static {
            Native.register(NativeLibrary.getInstance("libblkid.so.1"));
        }

        static native @Nullable Pointer blkid_new_probe_from_filename(String file);

        static native int blkid_probe_enable_superblocks(Pointer probe, int enable);

        static native int blkid_probe_enable_partitions(Pointer probe, int enable);

        /** 0, 1 when there is nothing, -2 when there are several, -1 on errors. */
        static native int blkid_do_safeprobe(Pointer probe);

        static native int blkid_probe_lookup_value(
                Pointer probe, String name, PointerByReference data, @Nullable Pointer length);

        static native void blkid_free_probe(Pointer probe);
    }

    /**
     * Looks at a disk, or at a file with the content of one.
     *
     * @throws IOException when it cannot be read
     */
    public static DiskContent of(Path device) throws IOException {
        Pointer probe = Blkid.blkid_new_probe_from_filename(device.toString());
        if (probe == null) {
            throw new IOException(device + " cannot be opened: errno " + Native.getLastError());
        }
        try {
            Blkid.blkid_probe_enable_superblocks(probe, 1);
            Blkid.blkid_probe_enable_partitions(probe, 1);
            int result = Blkid.blkid_do_safeprobe(probe);
            return switch (result) {
                case FOUND -> found(probe);
                case NOTHING_FOUND -> DiskRemains.of(device);
                case AMBIVALENT -> new DiskContent(Kind.SEVERAL, "", "", "");
                default -> throw new IOException(device + " cannot be read: errno " + Native.getLastError());
            };
        } finally {
            Blkid.blkid_free_probe(probe);
        }
    }

    /**
     * Whether a file system was once made there, even if something else was written over it since: copies of its superblock may be left.
     *
     * @param uuid of the file system, in lower case
     * @throws IOException when it cannot be read
     */
    public static boolean remembers(Path device, String uuid) throws IOException {
        return DiskRemains.hasCopyOf(device, uuid);
    }

    private String named() {
        return type + (label.isEmpty() ? "" : " with the label \"" + label + '"');
    }

    private static DiskContent found(Pointer probe) {
        String fileSystem = value(probe, "TYPE");
        return fileSystem.isEmpty()
                ? new DiskContent(Kind.PARTITION_TABLE, value(probe, "PTTYPE"), "", "")
                : new DiskContent(Kind.FILE_SYSTEM, fileSystem, value(probe, "LABEL"), value(probe, "UUID"));
    }

    private static String value(Pointer probe, String name) {
        var data = new PointerByReference();
        return Blkid.blkid_probe_lookup_value(probe, name, data, null) == 0
                ? data.getValue().getString(0)
                : "";
    }

    /** In words, for people. */
    @Override
    public String toString() {
        return switch (kind) {
            case NOTHING -> "nothing";
            case ERASED -> "nothing since a reset";
            case UNKNOWN -> "data of no format that is known";
            case FILE_SYSTEM -> named();
            case DAMAGED -> "the remains of " + named() + ", whose beginning is damaged,";
            case PARTITION_TABLE -> "a partition table (" + type + ")";
            case SEVERAL -> "signatures of several formats";
        };
    }
}
