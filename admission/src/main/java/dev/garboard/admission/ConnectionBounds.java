package dev.garboard.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/** Counts the connections of one listener, and says which one is too many. Safe for use by several threads. */
public final class ConnectionBounds {

    /** Why a connection is refused. */
    public enum Reason {
        /** The listener has as many as it takes. */
        TOO_MANY_CONNECTIONS("TooManyConnections"),
        /** This source address has as many as one may have. */
        TOO_MANY_FROM_ADDRESS("TooManyFromAddress"),
        /** As many TLS handshakes are under way as the listener takes. */
        TOO_MANY_HANDSHAKES("TooManyHandshakes"),
        /** This source address has as many unfinished TLS handshakes as one may have. */
        TOO_MANY_HANDSHAKES_FROM_ADDRESS("TooManyHandshakesFromAddress");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        /** For metrics and logs. */
        public String word() {
            return word;
        }
    }

    private final ConnectionLimits limits;
    private final Set<InetSocketAddress> open = new HashSet<>();
    private final Map<InetAddress, Source> sources = new HashMap<>();

    /** The oldest first. */
    private final SequencedSet<InetSocketAddress> handshakes = new LinkedHashSet<>();

    private static final class Source {
        private int connections;
        private int handshakes;
    }

    /** None has come yet. */
    public ConnectionBounds(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** Takes a place for a connection whose TLS handshake is still to come; without one when it is refused. */
    public synchronized Optional<Reason> arrive(InetSocketAddress peer) {
        var source = sources.get(key(peer));
        if (open.size() >= limits.connections()) {
            return Optional.of(Reason.TOO_MANY_CONNECTIONS);
        }
        if (source != null && source.connections >= limits.perAddress()) {
            return Optional.of(Reason.TOO_MANY_FROM_ADDRESS);
        }
        if (source != null && source.handshakes >= limits.handshakesPerAddress()) {
            return Optional.of(Reason.TOO_MANY_HANDSHAKES_FROM_ADDRESS);
        }
        if (handshakes.size() >= limits.handshakes()) {
            return Optional.of(Reason.TOO_MANY_HANDSHAKES);
        }
        if (open.add(peer)) {
            var counted = sources.computeIfAbsent(key(peer), _ -> new Source());
            counted.connections++;
            counted.handshakes++;
            handshakes.add(peer);
        }
        return Optional.empty();
    }

    /** Takes a place where there is no handshake. */
    public synchronized Optional<Reason> arriveInPlain(InetSocketAddress peer) {
        var refused = arrive(peer);
        if (refused.isEmpty()) {
            settled(peer);
        }
        return refused;
    }

    /** The handshake is over. */
    public synchronized void settled(InetSocketAddress peer) {
        if (handshakes.remove(peer)) {
            var source = sources.get(key(peer));
            if (source != null) {
                source.handshakes--;
            }
        }
    }

    /** Gives the place back; of no effect when there was none. */
    public synchronized void gone(InetSocketAddress peer) {
        settled(peer);
        if (!open.remove(peer)) {
            return;
        }
        var source = sources.get(key(peer));
        if (source != null && --source.connections == 0) {
            sources.remove(key(peer));
        }
    }

    /** Whose handshake takes longest: who means to finish has done so in a few milliseconds. */
    synchronized Optional<InetSocketAddress> slowestHandshake() {
        return handshakes.isEmpty() ? Optional.empty() : Optional.of(handshakes.getFirst());
    }

    /** Connections that have a place. */
    public synchronized int connections() {
        return open.size();
    }

    /** One machine chooses freely among the addresses of its /64, so all of them are one source. */
    private static InetAddress key(InetSocketAddress peer) {
        var address = peer.getAddress();
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        var bytes = address.getAddress();
        Arrays.fill(bytes, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("16 bytes are an IPv6 address", impossible);
        }
    }
}
