package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.SubstituteLogger;

class RefusalLogTest {

    private static final Instant START = Instant.parse("2026-12-01T10:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final LinkedBlockingQueue<SubstituteLoggingEvent> events = new LinkedBlockingQueue<>();
    private final RefusalLog log =
            new RefusalLog(new SubstituteLogger("test", events, false), "node-api", (InstantSource) now::get);

    private List<String> lines() {
        return events.stream().map(SubstituteLoggingEvent::getMessage).toList();
    }

    @Test
    void aReasonIsWrittenOnceInTenSecondsAndTheRestIsCounted() {
        log.refused("TooManyConnections", "192.0.2.1");
        log.refused("TooManyConnections", "192.0.2.2");
        log.refused("TooManyConnections", "192.0.2.3");
        log.refused("TooManyHandshakes", "192.0.2.4");
        now.set(START.plusMillis(9_999));
        log.refused("TooManyConnections", "192.0.2.5");
        now.set(START.plusSeconds(10));
        log.refused("TooManyConnections", "192.0.2.6");
        now.set(START.plusSeconds(20));
        log.refused("TooManyConnections", "192.0.2.7");

        assertEquals(
                List.of(
                        "listener=node-api reason=TooManyConnections address=192.0.2.1 more=0 refused",
                        "listener=node-api reason=TooManyHandshakes address=192.0.2.4 more=0 refused",
                        "listener=node-api reason=TooManyConnections address=192.0.2.6 more=3 refused",
                        "listener=node-api reason=TooManyConnections address=192.0.2.7 more=0 refused"),
                lines());
    }

    @Test
    void aClockThatIsSetBackSilencesNothing() {
        log.refused("TooManyConnections", "192.0.2.1");
        now.set(START.minusSeconds(3600));
        log.refused("TooManyConnections", "192.0.2.2");

        assertEquals(2, events.size());
    }
}
