package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** What the kernel says about itself and this process. */
public final class Kernel {

    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final long PAGE = 4096;
    private static final long TICK_MILLIS = 10;

    private Kernel() {}

    /** Time since the kernel started. */
    public static Duration uptime() {
        String text = read(UPTIME);
        return parseSeconds(text.substring(0, text.indexOf(' ')));
    }

    /** Seconds with a decimal fraction, as the kernel writes them, without the rounding of a double. */
    public static Duration parseSeconds(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        String fraction = (text.substring(dot + 1) + "000000000").substring(0, 9);
        return Duration.ofSeconds(Long.parseLong(text.substring(0, dot)), Long.parseLong(fraction));
    }

    /** When the kernel started, by the present clock. */
    public static Instant bootedAt() {
        return Instant.now().minus(uptime());
    }

    /** Release as uname(2) gives it. */
    public static String release() {
        return read(Path.of("/proc/sys/kernel/osrelease")).strip();
    }

    /** Resident memory of this process. */
    public static long residentBytes() {
        return Long.parseLong(read(Path.of("/proc/self/statm")).split(" ", 3)[1]) * PAGE;
    }

    /** Processor time that this process has used. */
    public static Duration cpuTime() {
        String stat = read(Path.of("/proc/self/stat"));
        // The second field is a name in parentheses, which may hold anything; after it come the fields from the third
        // on.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 14);
        return Duration.ofMillis((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS);
    }

    /** Whether this process is the first one of its PID namespace. */
    public static boolean isInit() {
        return Libc.getpid() == 1;
    }

    /** Sets the host name. */
    public static void setHostname(String name) {
        try {
            Libc.sethostname(name, Libc.word(name.getBytes(StandardCharsets.UTF_8).length));
        } catch (LastErrorException refused) {
            throw new SystemCallException("sethostname " + name, refused);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(path + " is not readable; is /proc mounted?", unreadable);
        }
    }
}
