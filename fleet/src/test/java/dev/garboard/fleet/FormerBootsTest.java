package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.fleet.LivingNodes.FormerBoot;
import dev.garboard.fleet.LivingNodes.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormerBootsTest {

    private static final FormerBoot BOOT = new FormerBoot("m1", "0123", "192.0.2.10", 7444);

    private final List<Duration> pauses = new ArrayList<>();

    @Test
    void whoAnswersIsUpAndIsAskedOnce() {
        assertEquals(Found.UP, find(List.of(true), false));
        assertEquals(List.of(), pauses);
    }

    /** A node that is cut off for a moment must not be replaced by a twin. */
    @Test
    void whoAnswersTheSecondTimeIsUp() {
        assertEquals(Found.UP, find(List.of(false, true), false));
        assertEquals(List.of(FormerBoots.BETWEEN), pauses);
    }

    @Test
    void aSilentNodeWhoseStreamIsOpenIsNotGoneYet() {
        assertEquals(Found.UNDECIDED, find(List.of(false, false), true));
    }

    @Test
    void aSilentNodeWithoutAStreamIsGone() {
        assertEquals(Found.GONE, find(List.of(false, false), false));
    }

    @Test
    void whenTheServerGoesDownNobodyIsReplaced() {
        var boots = new FormerBoots(_ -> false, _ -> false, _ -> {
            throw new InterruptedException();
        });

        assertEquals(Found.UP, boots.find(BOOT));
        assertTrue(Thread.interrupted(), "the interrupt is lost");
    }

    private Found find(List<Boolean> answers, boolean streamOpen) {
        var left = new ArrayList<>(answers);
        return new FormerBoots(_ -> left.removeFirst(), _ -> streamOpen, pauses::add).find(BOOT);
    }
}
