package dev.garboard.agent.clock;

/**
 * How the clock is kept.
 *
 * @param reason why it is so; it alone says whether the clock is synchronized
 * @param message for people; the same for as long as nothing has changed, so without figures that do
 */
public record Timekeeping(Reason reason, String message) {

    /** Why a clock is synchronized, or is not. */
    public enum Reason {
        SYNCHRONIZED,
        /** Nobody named one. */
        NO_TIME_SERVER,
        /** None gave an answer that can be used. */
        NO_ANSWER,
        /** One server contradicts itself, or no majority of them agrees. */
        NO_AGREEMENT,
        /** Their time is too far from what the boot server said on its authenticated channel. */
        DISAGREES_WITH_BOOT_SERVER,
        /** The time lies before this site or this image was made. */
        BEFORE_LOWER_BOUND,
        /** Nobody authenticated has said a time yet. */
        WAITS_FOR_BOOT_SERVER,
        /** The kernel does not let this node set the clock: it is its host's. */
        CLOCK_NOT_OURS
    }

    /** Whether time servers keep the clock. */
    public boolean isSynchronized() {
        return reason == Reason.SYNCHRONIZED;
    }
}
