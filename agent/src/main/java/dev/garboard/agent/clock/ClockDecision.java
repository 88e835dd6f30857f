package dev.garboard.agent.clock;

import dev.garboard.agent.clock.Timekeeping.Reason;
import java.time.Duration;

/** What is done with the clock after time servers were asked. */
sealed interface ClockDecision {

    /**
     * Correct it.
     *
     * @param offset by how much it is behind
     * @param atOnce whether it is set; otherwise it is brought to the right time gradually
     * @param server whose answer was the most exact
     * @param outvoted the servers that say something else; empty when none does
     */
    record Correct(Duration offset, boolean atOnce, String server, String outvoted) implements ClockDecision {}

    /** Leave it. */
    record Refuse(Reason reason, String why) implements ClockDecision {}
}
