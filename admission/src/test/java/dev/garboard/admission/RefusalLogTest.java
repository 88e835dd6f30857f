package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.SubstituteLogger;

class RefusalLogTest {

    @Test
    void aReasonIsWrittenOnceInTenSecondsAndTheRestIsCounted() {
        var now = new AtomicReference<>(Instant.EPOCH);
        var events = new LinkedBlockingQueue<SubstituteLoggingEvent>();
        var log = new RefusalLog(new SubstituteLogger("test", events, false), "node-api", (InstantSource) now::get);

        log.refused("TooManyConnections", "192.0.2.1");
        log.refused("TooManyConnections", "192.0.2.2");
        log.refused("TooManyConnections", "192.0.2.3");
        log.refused("TooManyHandshakes", "192.0.2.4");
        now.set(Instant.EPOCH.plusSeconds(11));
        log.refused("TooManyConnections", "192.0.2.5");

        assertEquals(3, events.size());
    }
}
