package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DropLogTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-04T05:06:07Z"));
    private final DropLog drops = new DropLog(now::get);

    @Test
    void aFloodWritesFewLinesAndTheNextOneSaysHowManyWereLeftOut() {
        long written = 0;
        for (int i = 0; i < 100_000; i++) {
            written += drops.ask("flood").write() ? 1 : 0;
        }
        var other = drops.ask("other");
        now.set(now.get().plus(DropLog.WINDOW));

        assertEquals(DropLog.LINES, written);
        assertEquals(new DropLog.Verdict(true, 0), other);
        assertEquals(new DropLog.Verdict(true, 100_000 - DropLog.LINES), drops.ask("flood"));
        assertEquals(new DropLog.Verdict(true, 0), drops.ask("flood"));
    }
}
