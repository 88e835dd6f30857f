package dev.garboard.agent.supervision;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Growing waits between attempts. Each is drawn between half and the whole of its step, so that a thousand nodes that lost
 * the same server do not come back at the same moment.
 */
public final class Backoff {

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int attempts;

    /** Waits that begin at {@code first} and double up to {@code longest}. */
    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** How long to wait before the next attempt. */
    public Duration next() {
        // 20 doublings exceed any limit in use and cannot overflow.
        long step = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempts++, 20));
        return Duration.ofMillis(step / 2 + random.nextLong(step / 2 + 1));
    }

    /** An attempt succeeded: begin small again. */
    public void reset() {
        attempts = 0;
    }
}
