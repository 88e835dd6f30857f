package dev.garboard.dhcp.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Bounds the work: so many messages of one sender, one at a time, and so many of all together. A share belongs to a MAC address in one subnet, relayed or not, and apart to
 * messages that show its address: who forges the MAC address of a machine, in another subnet or with DISCOVERs, uses up a share that the machine's renewals and its
 * REQUEST for what it was offered do not need. A quarter of the places in all is theirs too. What shows more gives a flood no more than two further shares
 * of a MAC address, and those only for a machine that has an address.
 *
 * <p>A neighbour on the machine's own link can still keep its DISCOVERs from being answered, by sending more than two a second in its name; as he could by
 * answering them himself. Against that only the switch helps (port security, DHCP snooping).
 */
final class Admission {

    private static final int MAXIMUM_CLIENTS = 8192;
    private static final int BURST = 20;
    private static final Duration REFILL = Duration.ofMillis(500);

    private final int maximumInFlight;
    private final InstantSource clock;
    private final Map<Sender, Bucket> buckets = new LinkedHashMap<>();
    private final Set<Sender> inFlight = new HashSet<>();

    private record Bucket(int tokens, Instant at) {}

    Admission(int maximumInFlight, InstantSource clock) {
        this.maximumInFlight = maximumInFlight;
        this.clock = clock;
    }

    /** Admits a message, to be followed by {@link #done}, or says why not. */
    synchronized Optional<Silence> refuse(Sender sender) {
        if (inFlight.contains(sender)) {
            return Optional.of(Silence.STILL_DECIDING);
        }
        if (inFlight.size() >= placesFor(sender)) {
            return Optional.of(Silence.OVERLOADED);
        }
        if (!takeToken(sender)) {
            return Optional.of(Silence.RATE_LIMITED);
        }
        inFlight.add(sender);
        return Optional.empty();
    }

    synchronized void done(Sender sender) {
        inFlight.remove(sender);
    }

    private int placesFor(Sender sender) {
        return sender.standing() == Sender.Standing.NONE ? maximumInFlight - maximumInFlight / 4 : maximumInFlight;
    }

    private boolean takeToken(Sender sender) {
        var now = clock.instant();
        var bucket = buckets.remove(sender);
        int tokens = BURST;
        var at = now;
        if (bucket != null) {
            long refilled = Math.max(0, Duration.between(bucket.at(), now).dividedBy(REFILL));
            tokens = (int) Math.min(BURST, bucket.tokens() + refilled);
            at = tokens == BURST ? now : bucket.at().plus(REFILL.multipliedBy(refilled));
        }
        buckets.put(sender, new Bucket(Math.max(0, tokens - 1), at));
        if (buckets.size() > MAXIMUM_CLIENTS) {
            buckets.remove(buckets.keySet().iterator().next());
        }
        return tokens > 0;
    }
}
