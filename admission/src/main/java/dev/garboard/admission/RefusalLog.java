package dev.garboard.admission;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Writes refusals to a log, one line for each reason in ten seconds, so that whoever is refused cannot fill it. The line after a pause says
 * how many were left out.
 */
public final class RefusalLog {

    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Logger log;
    private final String listener;
    private final InstantSource clock;
    private final Map<String, Line> lines = new HashMap<>();

    private static final class Line {
        private Instant at = Instant.MIN;
        private long leftOut;
    }

    /**
     * For one listener.
     *
     * @param listener what it is called in the log
     */
    public RefusalLog(Logger log, String listener, InstantSource clock) {
        this.log = log;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Writes a line, or counts one that is left out.
     *
     * @param reason one of a few fixed words
     */
    public synchronized void refused(String reason, String address) {
        var line = lines.computeIfAbsent(reason, _ -> new Line());
        var now = clock.instant();
        if (line.at.isAfter(now.minus(PAUSE)) && !line.at.isAfter(now)) {
            line.leftOut++;
            return;
        }
        log.atWarn()
                .addKeyValue("listener", listener)
                .addKeyValue("reason", reason)
                .addKeyValue("address", address)
                .addKeyValue("more", line.leftOut)
                .log("refused");
        line.at = now;
        line.leftOut = 0;
    }
}
