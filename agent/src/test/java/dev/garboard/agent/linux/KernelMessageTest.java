package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KernelMessageTest {

    private static KernelMessage parse(String record) {
        byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
        return KernelMessage.parse(bytes, bytes.length);
    }

    @Test
    void readsPriorityFacilitySequenceAndTime() {
        var message = parse("30,812,4567890,-;stage0: hello\n SUBSYSTEM=net\n DEVICE=n2\n");
        assertEquals(new KernelMessage(6, 3, 812, Duration.ofNanos(4_567_890_000L), "stage0: hello"), message);
    }

    @Test
    void keepsCommasAndSemicolonsOfTheText() {
        assertEquals("a, b; c", parse("6,1,0,-,caller=T1;a, b; c\n").text());
    }

    @Test
    void unescapesPrintableBytesOnly() {
        assertEquals(
                "back\\slash and \\x1b[2J",
                parse("6,1,0,-;back\\x5cslash and \\x1b[2J\n").text());
    }

    @Test
    void refusesWhatIsNotARecord() {
        assertThrows(IllegalArgumentException.class, () -> parse("no record"));
    }
}
