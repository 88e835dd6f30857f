package dev.garboard.httpboot;

import java.time.Duration;
import java.util.List;

/** What a machine is told to do; {@link IpxeScript} puts it into iPXE's words. */
public sealed interface ScriptAnswer {

    /**
     * Boot a kernel. The files are fetched from this server under their names in the same session.
     *
     * @param machine   the machine's name, for its screen
     * @param image     the image's name and version, for its screen
     * @param kernel    file name of the kernel
     * @param initrds   file names of the initial RAM file systems, in order; the {@code initrd=} arguments are added for them
     * @param arguments the kernel command line without {@code initrd=}
     */
    record BootImage(String machine, String image, String kernel, List<String> initrds, String arguments)
            implements ScriptAnswer {
        public BootImage {
            initrds = List.copyOf(initrds);
        }
    }

    /** Go on with the local disk. */
    record LocalDisk(String machine, String reason) implements ScriptAnswer {}

    /** Nothing to boot yet, a machine that waits for its acceptance for one: say why, wait, ask again. */
    record Hold(String machine, String reason, Duration retryAfter) implements ScriptAnswer {}

    /** Nothing to boot at all: say why, wait, then do as told. */
    record Reject(String machine, String reason, Duration pause, Afterwards afterwards) implements ScriptAnswer {}

    /** There is no such session: status 404 with this reason. */
    record UnknownSession(String reason) implements ScriptAnswer {}

    /** What a rejected machine does after its pause. */
    enum Afterwards {
        /** Start over, with a new DHCP dialogue and so a new session. */
        REBOOT,
        /** Leave the loader, so that the firmware tries its next boot device. */
        EXIT
    }
}
