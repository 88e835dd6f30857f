package dev.garboard.fleet;

/** Whether a node that was there before still is. */
@FunctionalInterface
interface LivingNodes {

    /** What was found of it. */
    enum Found {
        /** It answers at its machine API. */
        UP,
        /** It does not answer, but its stream has not ended: it may be cut off for a moment, or have been reset a moment ago. */
        UNDECIDED,
        /** Nothing of it is left. */
        GONE
    }

    /** Looks for the boot of a machine that was last at that address. Takes at most some seconds. */
    Found find(FormerBoot boot);

    /**
     * A boot of a machine, and where it was.
     *
     * @param session may be empty
     */
    record FormerBoot(String machine, String session, String address, int apiPort) {}
}
