package dev.garboard.fleet;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.NodeMessage.Timekeeping;
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

    /** Whether time servers keep the machine's clock. */
    static final String KEPT = "TimeSynchronized";

    private MachineClock() {}

    /** Notes how the machine's clock is kept. It is there for every machine that says so: one whose time service does not work is not simply ready. */
    static StatusChange note(StatusChange change, Timekeeping said) {
        return change.condition(
                KEPT,
                said.getReason() == Timekeeping.Reason.REASON_SYNCHRONIZED,
                reason(said.getReason()),
                said.getMessage());
    }

    private static String reason(Timekeeping.Reason reason) {
        return switch (reason) {
            case REASON_SYNCHRONIZED -> "Synchronized";
            case REASON_NO_TIME_SERVER -> "NoTimeServer";
            case REASON_NO_ANSWER -> "NoAnswer";
            case REASON_NO_AGREEMENT -> "NoAgreement";
            case REASON_DISAGREES_WITH_BOOT_SERVER -> "DisagreesWithBootServer";
            case REASON_BEFORE_LOWER_BOUND -> "BeforeLowerBound";
            case REASON_WAITS_FOR_BOOT_SERVER -> "WaitsForBootServer";
            case REASON_CLOCK_NOT_OURS -> "ClockOfHost";
            case REASON_UNSPECIFIED, UNRECOGNIZED -> "Unknown";
        };
    }

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
