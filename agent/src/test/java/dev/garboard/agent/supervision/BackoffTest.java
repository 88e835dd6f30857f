package dev.garboard.agent.supervision;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random(1));

    private void assertBetween(long low, long high, Duration found) {
        assertTrue(
                found.toMillis() >= low && found.toMillis() <= high, () -> found + " is not in " + low + " to " + high);
    }

    @Test
    void doublesUpToItsLimitAndStaysInTheUpperHalfOfEachStep() {
        assertBetween(500, 1000, backoff.next());
        assertBetween(1000, 2000, backoff.next());
        assertBetween(2000, 4000, backoff.next());
        for (int i = 0; i < 100; i++) {
            backoff.next();
        }
        assertBetween(15_000, 30_000, backoff.next());
    }

    @Test
    void beginsSmallAgainAfterASuccess() {
        backoff.next();
        backoff.next();
        backoff.reset();
        assertBetween(500, 1000, backoff.next());
    }
}
