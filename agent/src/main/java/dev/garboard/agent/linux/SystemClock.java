package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.time.Duration;
import java.time.Instant;

/** Sets the kernel's clock. */
public final class SystemClock {

    private static final int CLOCK_REALTIME = 0;

    private SystemClock() {}

    /** Sets the clock at once. */
    public static void set(Instant time) {
        try {
            Libc.clock_settime(CLOCK_REALTIME, new long[] {time.getEpochSecond(), time.getNano()});
        } catch (LastErrorException refused) {
            throw new SystemCallException("clock_settime", refused);
        }
    }

    /** Lets the kernel bring the clock to the right time gradually (at most 0.5 ms a second), without a jump. */
    public static void slew(Duration offset) {
        long micros = offset.toNanos() / 1000;
        try {
            Libc.adjtime(new long[] {Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L)}, null);
        } catch (LastErrorException refused) {
            throw new SystemCallException("adjtime", refused);
        }
    }
}
