package dev.garboard.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts the connections of one listener, and says which one is too many. Those whose TLS handshake is not over, those that showed no
 * certificate then, and those that did are counted apart, so that the places of one sort are no other's. Among the first two the newest
 * stays: what has been silent for longest gives way, or whoever holds its places would keep everybody else at that address out. Safe for
 * use by several threads.
 */
public final class ConnectionBounds {

    /** Why a connection is refused, or ended. */
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

    /** What becomes of a connection. */
    public sealed interface Verdict {

        /** It has a place. */
        record Place() implements Verdict {}

        /** It has the place of another one, which has to be closed. */
        record PlaceOf(InetSocketAddress evicted, Reason reason) implements Verdict {}

        /** It has none and has to be closed. */
        record Refused(Reason reason) implements Verdict {}
    }

    private static final Verdict PLACE = new Verdict.Place();

    private final ConnectionLimits limits;
    private final Map<InetSocketAddress, Connection> open = new HashMap<>();
    private final Map<InetAddress, Source> sources = new HashMap<>();

    // The oldest first, here and in each source.
    private final SequencedSet<Connection> handshakes = new LinkedHashSet<>();
    private final SequencedSet<Connection> anonymous = new LinkedHashSet<>();

    private static final class Connection {
        private final InetSocketAddress peer;
        private final Source source;
        private @Nullable String caller;
        private int calls;

        Connection(InetSocketAddress peer, Source source) {
            this.peer = peer;
            this.source = source;
        }

        boolean idle() {
            return calls == 0;
        }
    }

    /** One address, or one /64. */
    private static final class Source {
        private final InetAddress address;
        private final SequencedSet<Connection> handshakes = new LinkedHashSet<>();
        private final SequencedSet<Connection> anonymous = new LinkedHashSet<>();
        private final Map<String, SequencedSet<Connection>> callers = new LinkedHashMap<>();
        private int known;

        Source(InetAddress address) {
            this.address = address;
        }

        boolean isEmpty() {
            return handshakes.isEmpty() && anonymous.isEmpty() && known == 0;
        }
    }

    /** None has come yet. */
    public ConnectionBounds(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** A connection whose TLS handshake is still to come. */
    public synchronized Verdict arrive(InetSocketAddress peer) {
        gone(peer);
        var source = source(peer);
        Verdict verdict = PLACE;
        if (source.handshakes.size() >= limits.handshakesPerAddress()) {
            verdict = insteadOf(source.handshakes.getFirst(), Reason.TOO_MANY_HANDSHAKES_FROM_ADDRESS);
        } else if (handshakes.size() >= limits.handshakes()) {
            verdict = insteadOf(handshakes.getFirst(), Reason.TOO_MANY_HANDSHAKES);
        } else if (open.size() >= limits.connections()) {
            // Who is at its handshake may be about to say who it is, so it goes after those who have had their turn.
            var silent = firstIdle(anonymous).or(() -> handshakes.stream().findFirst());
            if (silent.isEmpty()) {
                return new Verdict.Refused(Reason.TOO_MANY_CONNECTIONS);
            }
            verdict = insteadOf(silent.get(), Reason.TOO_MANY_CONNECTIONS);
        }
        var connection = new Connection(peer, listed(source));
        open.put(peer, connection);
        handshakes.add(connection);
        connection.source.handshakes.add(connection);
        return verdict;
    }

    /** A connection where there is no handshake. There nobody says who it is, so nobody gives way. */
    public synchronized Optional<Reason> arriveInPlain(InetSocketAddress peer) {
        gone(peer);
        var source = source(peer);
        if (open.size() >= limits.connections()) {
            return Optional.of(Reason.TOO_MANY_CONNECTIONS);
        }
        if (source.anonymous.size() >= limits.perAddress()) {
            return Optional.of(Reason.TOO_MANY_FROM_ADDRESS);
        }
        var connection = new Connection(peer, listed(source));
        open.put(peer, connection);
        anonymous.add(connection);
        connection.source.anonymous.add(connection);
        return Optional.empty();
    }

    /**
     * The handshake is over; of no effect when the connection has no place any more.
     *
     * @param caller whose certificate was shown, one text for each subject; null when none was
     */
    public synchronized Verdict settled(InetSocketAddress peer, @Nullable String caller) {
        var connection = open.get(peer);
        if (connection == null || !handshakes.remove(connection)) {
            return PLACE;
        }
        connection.source.handshakes.remove(connection);
        return caller == null ? anonymous(connection) : known(connection, caller);
    }

    private Verdict anonymous(Connection connection) {
        var source = connection.source;
        Verdict verdict = PLACE;
        if (source.anonymous.size() >= limits.perAddress()) {
            var silent = firstIdle(source.anonymous);
            if (silent.isEmpty()) {
                remove(connection);
                return new Verdict.Refused(Reason.TOO_MANY_FROM_ADDRESS);
            }
            verdict = insteadOf(silent.get(), Reason.TOO_MANY_FROM_ADDRESS);
        }
        anonymous.add(connection);
        listed(source).anonymous.add(connection);
        return verdict;
    }

    /** Of several callers at one address the one with most gives way to the others, so that it cannot take all places. */
    private Verdict known(Connection connection, String caller) {
        var source = connection.source;
        Verdict verdict = PLACE;
        if (source.known >= limits.perAddress()) {
            var most = source.callers.values().stream()
                    .max(Comparator.comparingInt(SequencedSet::size))
                    .orElseThrow();
            var own = source.callers.get(caller);
            // With one more each the two would take the place from each other for ever.
            if (most.size() < (own == null ? 0 : own.size()) + 2) {
                remove(connection);
                return new Verdict.Refused(Reason.TOO_MANY_FROM_ADDRESS);
            }
            verdict = insteadOf(firstIdle(most).orElseGet(most::getFirst), Reason.TOO_MANY_FROM_ADDRESS);
        }
        connection.caller = caller;
        listed(source)
                .callers
                .computeIfAbsent(caller, _ -> new LinkedHashSet<>())
                .add(connection);
        source.known++;
        return verdict;
    }

    /** A call has begun that the server works on, or keeps waiting with a reason: who made it is not idle. */
    public synchronized void began(InetSocketAddress peer) {
        var connection = open.get(peer);
        if (connection != null) {
            connection.calls++;
        }
    }

    /** A call that had begun is over. */
    public synchronized void ended(InetSocketAddress peer) {
        var connection = open.get(peer);
        if (connection != null && connection.calls > 0) {
            connection.calls--;
        }
    }

    /** Gives the place back; of no effect when there was none. */
    public synchronized void gone(InetSocketAddress peer) {
        var connection = open.get(peer);
        if (connection != null) {
            remove(connection);
        }
    }

    /** Connections that have a place. */
    public synchronized int connections() {
        return open.size();
    }

    private Verdict insteadOf(Connection evicted, Reason reason) {
        remove(evicted);
        return new Verdict.PlaceOf(evicted.peer, reason);
    }

    private void remove(Connection connection) {
        var source = connection.source;
        open.remove(connection.peer, connection);
        handshakes.remove(connection);
        source.handshakes.remove(connection);
        anonymous.remove(connection);
        source.anonymous.remove(connection);
        var caller = connection.caller;
        var own = caller == null ? null : source.callers.get(caller);
        if (caller != null && own != null && own.remove(connection)) {
            source.known--;
            if (own.isEmpty()) {
                source.callers.remove(caller);
            }
        }
        if (source.isEmpty()) {
            sources.remove(source.address, source);
        }
    }

    private static Optional<Connection> firstIdle(SequencedSet<Connection> connections) {
        return connections.stream().filter(Connection::idle).findFirst();
    }

    /** Where the connections of this peer are counted; not listed while there are none. */
    private Source source(InetSocketAddress peer) {
        var address = key(peer);
        var source = sources.get(address);
        return source == null ? new Source(address) : source;
    }

    private Source listed(Source source) {
        sources.put(source.address, source);
        return source;
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
