package dev.garboard.httpboot;

import dev.garboard.admission.ConnectionBounds;
import dev.garboard.admission.ConnectionLimits;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the number of connections and closes those that do nothing. Vert.x has an idle timeout as well, but it cannot tell a client that takes no
 * byte from one whose download waits in our own queue. Used from one event loop.
 */
final class Connections {

    /** What one connection is doing. */
    private static final class State {
        private long idleSince = System.nanoTime();
        private @Nullable Exchange exchange;
    }

    private final ConnectionBounds bounds;
    private final long idleNanos;
    private final long stallNanos;
    private final Map<HttpConnection, State> open = new HashMap<>();

    Connections(ConnectionLimits limits, Duration idle, Duration stall) {
        this.bounds = new ConnectionBounds(limits);
        this.idleNanos = idle.toNanos();
        this.stallNanos = stall.toNanos();
    }

    /** Takes a place for a new connection, or says why there is none. */
    Optional<ConnectionBounds.Reason> admit(HttpConnection connection) {
        var peer = Exchange.address(connection.remoteAddress());
        var refused = bounds.arriveInPlain(peer);
        if (refused.isEmpty()) {
            open.put(connection, new State());
            connection.closeHandler(_ -> {
                bounds.gone(peer);
                closed(connection);
            });
        }
        return refused;
    }

    void begins(HttpConnection connection, Exchange exchange) {
        var state = open.get(connection);
        if (state != null) {
            state.exchange = exchange;
        }
    }

    void ends(HttpConnection connection, Exchange exchange) {
        var state = open.get(connection);
        if (state != null && state.exchange == exchange) {
            state.exchange = null;
            state.idleSince = System.nanoTime();
        }
    }

    /** Closes what has done nothing for too long; called now and then. */
    void sweep(long now) {
        for (var entry : List.copyOf(open.entrySet())) {
            var state = entry.getValue();
            var exchange = state.exchange;
            if (exchange == null) {
                if (now - state.idleSince > idleNanos) {
                    entry.getKey().close();
                }
            } else if (exchange.hasStalled(now, stallNanos)) {
                exchange.abort(
                        "took no byte for " + Duration.ofNanos(stallNanos).toSeconds() + " s");
                entry.getKey().close();
            }
        }
    }

    private void closed(HttpConnection connection) {
        var state = open.remove(connection);
        if (state != null && state.exchange != null) {
            state.exchange.abort("the client closed the connection");
        }
    }
}
