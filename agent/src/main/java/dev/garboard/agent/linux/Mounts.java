package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Mounts of this process's namespace. */
public final class Mounts {

    static final int READ_ONLY = 1;
    static final int NO_SET_USER = 2;
    static final int NO_DEVICES = 4;
    private static final int REMOUNT = 32;
    private static final int NO_ACCESS_TIMES = 1024;
    private static final int RECURSIVE = 0x4000;
    private static final int SHARED = 1 << 20;
    private static final int DETACH = 2;

    private Mounts() {}

    static void mount(String source, Path target, String type, long flags) {
        try {
            Libc.mount(source, target.toString(), type, Libc.word(flags), null);
        } catch (LastErrorException refused) {
            throw new SystemCallException("mount of " + source + " (" + type + ") on " + target, refused);
        }
    }

    /** Mounts a disk for data: no device files of it count, and no program gets another user's rights. */
    public static void mountData(Path device, Path target, String type) {
        mount(device.toString(), target, type, NO_DEVICES | NO_SET_USER | NO_ACCESS_TIMES);
    }

    /** Takes a mount away if no file of it is open; whether it is gone. */
    public static boolean unmountUnlessBusy(Path target) {
        try {
            Libc.umount2(target.toString(), 0);
            return true;
        } catch (LastErrorException busy) {
            return false;
        }
    }

    /** What became of a mount that is not needed any more. */
    public enum Release {
        UNMOUNTED,
        /** Files of it are open for reading; everything is written out. */
        READ_ONLY,
        /** Files of it are open for writing. */
        BUSY
    }

    /** Takes a mount away before the machine goes down; where that cannot be, makes it read-only, so that its file system is clean. */
    public static Release release(Path target) {
        if (unmountUnlessBusy(target)) {
            return Release.UNMOUNTED;
        }
        try {
            Libc.mount(null, target.toString(), null, Libc.word(REMOUNT | READ_ONLY), null);
            return Release.READ_ONLY;
        } catch (LastErrorException busy) {
            return Release.BUSY;
        }
    }

    /** Makes mounts spread between this namespace and those of containers, as the kubelet needs it. */
    public static void shareAll() {
        try {
            Libc.mount(null, "/", null, Libc.word(RECURSIVE | SHARED), null);
        } catch (LastErrorException refused) {
            throw new SystemCallException("make all mounts shared", refused);
        }
    }

    /** Whether something is mounted at this very path. */
    public static boolean isMountPoint(Path path) throws IOException {
        return points().contains(path.toString());
    }

    /** Takes away everything that is mounted below a directory, the innermost first, even if it is in use. */
    public static void detachBelow(Path directory) throws IOException {
        for (String point : points().reversed()) {
            if (point.startsWith(directory + "/")) {
                try {
                    Libc.umount2(point, DETACH);
                } catch (LastErrorException gone) {
                    if (gone.getErrorCode() != Libc.EINVAL) {
                        throw new SystemCallException("umount of " + point, gone);
                    }
                }
            }
        }
    }

    /** In the order in which they were mounted. */
    private static List<String> points() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1).stream()
                .map(line -> line.split(" ", 6)[4].replace("\\040", " "))
                .toList();
    }
}
