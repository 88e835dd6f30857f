package dev.garboard.fleet;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/**
 * What a machine's clock says, held against the server's. Certificates carry times, so a clock that is far off fails at TLS, which does not
 * say so. The condition is there only while the clock is wrong.
 */
final class MachineClock {

    static final String CONDITION = "ClockRight";

    /** Far more than any way through the network takes, far less than the five minutes that certificates are backdated. */
    private static final Duration TOLERATED = Duration.ofMinutes(1);

    private MachineClock() {}

    /** Notes what the machine said a moment ago. */
    static StatusChange note(StatusChange change, Timestamp said, Instant now) {
        var offset = Duration.between(now, Instant.ofEpochSecond(said.getSeconds(), said.getNanos()));
        if (offset.abs().compareTo(TOLERATED) <= 0) {
            return change.without(CONDITION);
        }
        // In minutes: a text that changed with every status would be written every time.
        var size = offset.abs().plusSeconds(30);
        return change.condition(
                CONDITION,
                false,
                offset.isNegative() ? "Behind" : "Ahead",
                "the machine's clock is " + size.toHours() + " h " + size.toMinutesPart() + " min "
                        + (offset.isNegative() ? "behind" : "ahead of")
                        + " the server's, so certificates that are valid here are not valid there; name a time server in the"
                        + " machine's subnet (spec.timeServers) or set the clock in its firmware; if it is the server's that is"
                        + " wrong, set that");
    }
}
