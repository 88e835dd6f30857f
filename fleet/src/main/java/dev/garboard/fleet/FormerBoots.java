package dev.garboard.fleet;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * Looks for the node of a former boot before another may take its place. Silence of an address is weak evidence: a node that is cut off for a moment
 * looks like one that is gone, and whoever has taken over its address answers as a machine would that has just been reset. So the API is asked twice, and
 * as long as the node's own stream is open nobody takes its place: when the node is gone, the pings of the connection find that out within half a minute,
 * and at once where a new kernel has the address.
 */
record FormerBoots(Predicate<FormerBoot> api, Predicate<FormerBoot> stream, Pause pause) implements LivingNodes {

    /** Between the two questions; a link that is plugged over or a switch that learns an address anew takes about as long. */
    static final Duration BETWEEN = Duration.ofSeconds(1);

    /** Waits. */
    @FunctionalInterface
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /**
     * Those of a server.
     *
     * @param api whether the machine API at the boot's address answers with that machine's certificate
     * @param stream whether the boot's stream is open
     */
    static FormerBoots of(Predicate<FormerBoot> api, Predicate<FormerBoot> stream) {
        return new FormerBoots(api, stream, Thread::sleep);
    }

    @Override
    public Found find(FormerBoot boot) {
        if (api.test(boot) || answersLater(boot)) {
            return Found.UP;
        }
        return stream.test(boot) ? Found.UNDECIDED : Found.GONE;
    }

    private boolean answersLater(FormerBoot boot) {
        try {
            pause.of(BETWEEN);
        } catch (InterruptedException stopped) {
            // The server goes down; nobody takes anybody's place any more.
            Thread.currentThread().interrupt();
            return true;
        }
        return api.test(boot);
    }
}
