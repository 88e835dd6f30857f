package dev.garboard.httpboot;

import dev.garboard.httpboot.ScriptAnswer.Afterwards;
import java.time.Duration;
import java.util.stream.Collectors;

/**
 * Renders iPXE scripts for the iPXE of 2019 that Debian 12 ships, and for everything newer. Addresses are literal, because a loader may know no
 * name server; nothing is bare {@code dhcp} or {@code autoboot}, which wait for IPv6 as well. What is fetched is not verified by this
 * loader: stage-0 verifies the root image by the hash in the initramfs.
 */
public final class IpxeScript {
    /** As long as a server takes that is started again, or its network: a machine's own restart takes longer. */
    private static final int ATTEMPTS = 20;

    private static final int PAUSE_SECONDS = 5;

    private IpxeScript() {}

    /**
     * The script of a session.
     *
     * @param base where this server is reached, for example {@code http://192.168.77.1}
     */
    public static String render(ScriptAnswer answer, SessionId session, String base) {
        return switch (answer) {
            case ScriptAnswer.BootImage image -> boot(image, session, base);
            case ScriptAnswer.LocalDisk(var machine, var reason) -> localDisk(machine, reason, session);
            case ScriptAnswer.Hold(var machine, var reason, var retryAfter) ->
                hold(machine, reason, retryAfter, session, base);
            case ScriptAnswer.Reject(var machine, var reason, var pause, var afterwards) ->
                reject(machine, reason, pause, afterwards, session);
            case ScriptAnswer.UnknownSession(var reason) ->
                throw new IllegalArgumentException("no script for an unknown session: " + reason);
        };
    }

    /** What iPXE from 1.21 on fetches from beside itself before its own DHCP: gets an address, then the session's script. */
    public static String autoexec(SessionId session, String base) {
        return """
                #!ipxe
                # Garboard, boot session %1$s
                isset ${ip} || ifconf -c dhcp || goto failed
                chain --replace --autofree %2$s/boot/%1$s/script.ipxe || goto failed
                :failed
                echo Garboard: no script from %2$s; rebooting in %3$d seconds
                sleep %3$d
                reboot
                """.formatted(session, base, PAUSE_SECONDS);
    }

    /** The same for a loader that was fetched without a session: DHCP names the script. */
    public static String autoexec() {
        return """
                #!ipxe
                # Garboard, no boot session yet
                ifconf -c dhcp || goto failed
                isset ${filename} || goto failed
                chain --replace --autofree ${filename} || goto failed
                :failed
                echo Garboard: DHCP named no boot script; rebooting in %1$d seconds
                sleep %1$d
                reboot
                """.formatted(PAUSE_SECONDS);
    }

    private static String boot(ScriptAnswer.BootImage image, SessionId session, String base) {
        var files = base + "/boot/" + session + "/";
        // UEFI finds an initial RAM file system by its name on the command line; under BIOS the argument is harmless.
        var named = image.initrds().stream()
                .map(initrd -> " initrd=" + fileName(initrd))
                .collect(Collectors.joining());
        var fetches = image.initrds().stream()
                .map(initrd -> "initrd --name %1$s %2$s%1$s || goto failed\n".formatted(initrd, files))
                .collect(Collectors.joining());
        var arguments = arguments(image.arguments());
        return """
                #!ipxe
                # Garboard, boot session %1$s
                echo Garboard: machine %2$s boots image %3$s
                set attempt:int32 0
                :retry
                inc attempt
                iseq ${attempt} %4$d && goto give-up ||
                imgfree
                kernel --name %5$s %6$s%5$s%7$s || goto failed
                %8$sboot || goto failed
                :failed
                echo Garboard: attempt ${attempt} of %9$d failed; again in %10$d seconds
                sleep %10$d
                goto retry
                :give-up
                echo Garboard: the image did not arrive from %11$s; rebooting
                reboot
                """.formatted(
                        session,
                        text(image.machine()),
                        text(image.image()),
                        ATTEMPTS + 1,
                        fileName(image.kernel()),
                        files,
                        (arguments.isEmpty() ? "" : " " + arguments) + named,
                        fetches,
                        ATTEMPTS,
                        PAUSE_SECONDS,
                        base);
    }

    /** BIOS has no way back to its boot order that works everywhere, UEFI goes on there after a failed boot option. */
    private static String localDisk(String machine, String reason, SessionId session) {
        return """
                #!ipxe
                # Garboard, boot session %s
                echo Garboard: machine %s boots from its disk: %s
                iseq ${platform} efi && goto efi ||
                sanboot --no-describe --drive 0x80 || reboot
                :efi
                exit 1
                """.formatted(session, text(machine), text(reason));
    }

    private static String hold(String machine, String reason, Duration retryAfter, SessionId session, String base) {
        return """
                #!ipxe
                # Garboard, boot session %1$s
                echo Garboard: machine %2$s waits: %3$s
                echo Garboard: asking again in %4$d seconds
                sleep %4$d
                chain --replace --autofree %5$s/boot/%1$s/script.ipxe || reboot
                """.formatted(session, text(machine), text(reason), seconds(retryAfter), base);
    }

    private static String reject(
            String machine, String reason, Duration pause, Afterwards afterwards, SessionId session) {
        return """
                #!ipxe
                # Garboard, boot session %1$s
                echo Garboard: machine %2$s is not booted: %3$s
                echo Garboard: %4$s in %5$d seconds
                sleep %5$d
                %6$s
                """.formatted(
                        session,
                        text(machine),
                        text(reason),
                        switch (afterwards) {
                            case REBOOT -> "rebooting";
                            case EXIT -> "leaving the boot to the firmware";
                        },
                        seconds(pause),
                        switch (afterwards) {
                            case REBOOT -> "reboot";
                            case EXIT -> "exit 1";
                        });
    }

    private static long seconds(Duration duration) {
        return Math.max(1, duration.toSeconds());
    }

    /** Text for the screen: iPXE would expand settings, take {@code #} for a comment, and a line break for the next command. */
    private static String text(String text) {
        return text.chars()
                .mapToObj(c -> c < ' ' || c > '~' || c == '#' || c == '$' ? "?" : Character.toString(c))
                .collect(Collectors.joining())
                .replace("&&", "& &")
                .replace("||", "| |");
    }

    private static String fileName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("file name is " + name + ", expected letters, digits, dots and dashes");
        }
        return name;
    }

    private static String arguments(String arguments) {
        boolean printable = arguments.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (!printable || arguments.contains("${") || arguments.matches(".*(^|\\s)(#.*|\\|\\||&&)(\\s.*|$)")) {
            throw new IllegalArgumentException("kernel arguments are " + arguments
                    + ", expected printable ASCII without ${, #, || and &&, which iPXE would take for its own");
        }
        return arguments.strip();
    }
}
