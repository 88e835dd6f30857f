package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SendWindowTest {

    @Test
    void aFileThatFillsItsLastBlockEndsWithAnEmptyOne() {
        var window = new SendWindow(1024, 512, 4);

        assertEquals(3, window.last());
        assertEquals(0, window.length(3));
    }

    @Test
    void anEmptyFileIsOneEmptyBlock() {
        var window = new SendWindow(0, 512, 4);
        window.sent();

        assertTrue(window.acknowledge(1));
        assertTrue(window.isComplete());
    }

    @Test
    void aDuplicateAcknowledgementIsNoProgress() {
        var window = new SendWindow(10_000, 512, 1);
        window.sent();
        assertTrue(window.acknowledge(1));
        window.sent();

        assertFalse(window.acknowledge(1));
        assertFalse(window.acknowledge(0));
        assertFalse(window.acknowledge(3), "a block that was not sent");
        assertEquals(2, window.first());
    }

    @Test
    void anAcknowledgementInsideTheWindowGoesOnBehindIt() {
        var window = new SendWindow(10_000, 512, 4);
        window.sent();

        assertTrue(window.acknowledge(2));

        assertEquals(3, window.first());
        assertEquals(6, window.last());
        assertEquals(1024, window.acknowledgedBytes());
    }

    @Test
    void theBlockNumberGoesFrom65535OnTo0() {
        var window = new SendWindow(70_000L * 512, 512, 1);
        for (long block = 1; block <= 65_540; block++) {
            window.sent();
            assertEquals(block, window.first());
            assertTrue(window.acknowledge(SendWindow.onWire(block)));
        }

        assertEquals(65_541, window.first());
        assertEquals(5, SendWindow.onWire(window.first()));
    }

    @Test
    void theLastBlockIsAsLongAsWhatIsLeftAndTheFileIsCompleteBehindIt() {
        var window = new SendWindow(1300, 512, 4);
        window.sent();

        assertEquals(512, window.length(1));
        assertEquals(276, window.length(3));
        assertTrue(window.acknowledge(2));
        assertFalse(window.isComplete());
        assertTrue(window.acknowledge(3));
        assertTrue(window.isComplete());
        assertEquals(1300, window.acknowledgedBytes());
    }
}
