package dev.garboard.inventory;

import java.time.Duration;
import java.time.Instant;

/** Whether a packet goes on with a boot or begins the next one. Pure; firmware, loader and agent of one boot share no id on the wire. */
final class BootContinuation {

    /** Firmware repeats its DISCOVER for half a minute, and tries PXE before HTTP boot. */
    private static final Duration REPEATING = Duration.ofSeconds(60);

    /** A loader begins its own DHCP within seconds; links that wait for spanning tree need a minute. */
    private static final Duration LOADING = Duration.ofMinutes(3);

    private static final Duration REQUESTING = Duration.ofMinutes(5);

    private BootContinuation() {}

    static boolean continues(BootSession session, BootClient client, Instant now) {
        if (client.stage() == BootClient.Stage.AGENT) {
            return session.id().equals(client.session())
                    || (client.session() == null && !BootTimeline.isOver(session.status()));
        }
        if (!session.status().outcome().equals(BootTimeline.RUNNING)
                || BootTimeline.reached(session.status(), "kernel")) {
            return false;
        }
        var silence = Duration.between(session.lastHeard(), now);
        if (!client.discovers()) {
            return silence.compareTo(REQUESTING) < 0;
        }
        if (client.stage() == BootClient.Stage.FIRMWARE) {
            return silence.compareTo(REPEATING) < 0 && !BootTimeline.reached(session.status(), "loader");
        }
        // iPXE in a card's ROM needs no loader: after its script a DISCOVER is the next boot. A loaded iPXE may have
        // found its script
        // beside itself before it asked for an address.
        var chained =
                session.status().steps().stream().anyMatch(step -> step.stage().equals("loader"));
        return silence.compareTo(LOADING) < 0 && (chained || !BootTimeline.reached(session.status(), "script"));
    }

    /** A refused machine asks again and again: as long as the answer is the same it is one session. */
    static boolean repeats(BootSession session, BootDecision decision, Instant now) {
        return session.status().outcome().equals(BootTimeline.REFUSED)
                && session.spec().decision().equals(decision.reason())
                && Duration.between(session.lastHeard(), now).compareTo(REQUESTING) < 0;
    }
}
