package dev.garboard.agent.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class LogRingTest {

    private final LogRing ring = new LogRing(3);

    private void add(int from, int to) {
        IntStream.range(from, to).forEach(i -> ring.add(Instant.EPOCH, Level.INFO, "line " + i));
    }

    private static List<String> texts(LogRing.Batch batch) {
        return batch.entries().stream().map(LogRing.LogEntry::text).toList();
    }

    @Test
    void givesTheLinesInOrder() {
        add(0, 2);
        var batch = ring.read(0, 10);
        assertEquals(List.of("line 0", "line 1"), texts(batch));
        assertEquals(0, batch.lost());
        assertEquals(2, batch.position());
    }

    @Test
    void tellsASlowReaderHowManyLinesItLost() {
        add(0, 5);
        var batch = ring.read(0, 10);
        assertEquals(List.of("line 2", "line 3", "line 4"), texts(batch));
        assertEquals(2, batch.lost());
    }

    @Test
    void beginsATailAtTheOldestLineThatIsKept() {
        add(0, 5);
        assertEquals(2, ring.tail(0));
        assertEquals(4, ring.tail(1));
        assertEquals(2, ring.tail(100));
    }

    @Test
    void cutsALineThatWouldFillTheMemory() {
        ring.add(Instant.EPOCH, Level.INFO, "x".repeat(10_000));
        assertEquals(
                "x".repeat(LogRing.LINE_LIMIT) + "… (" + (10_000 - LogRing.LINE_LIMIT) + " more characters)",
                texts(ring.read(0, 1)).getFirst());
    }

    @Test
    void sortsLoggersByTheirNames() {
        assertEquals("network", LogRings.ringName("garboard.network"));
        assertEquals("agent", LogRings.ringName("garboard.agent.children"));
        assertEquals("agent", LogRings.ringName("io.netty.channel"));
    }
}
