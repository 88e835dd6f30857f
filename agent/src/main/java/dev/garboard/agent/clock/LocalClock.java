package dev.garboard.agent.clock;

import dev.garboard.agent.linux.SystemClock;
import java.time.Duration;
import java.time.Instant;

/** This machine's clock; a test has one of its own. */
public interface LocalClock {

    /** What it says. */
    Instant now();

    /** Sets it at once. */
    void set(Instant time);

    /** Corrects it gradually. */
    void slew(Duration offset);

    /** The kernel's. */
    static LocalClock system() {
        return new LocalClock() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public void set(Instant time) {
                SystemClock.set(time);
            }

            @Override
            public void slew(Duration offset) {
                SystemClock.slew(offset);
            }
        };
    }
}
