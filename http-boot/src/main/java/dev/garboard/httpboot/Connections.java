package dev.garboard.httpboot;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private final int limit;
    private final long idleNanos;
    private final long stallNanos;
    private final Map<HttpConnection, State> open = new HashMap<>();

    Connections(int limit, Duration idle, Duration stall) {
        this.limit = limit;
        this.idleNanos = idle.toNanos();
        this.stallNanos = stall.toNanos();
    }

    boolean admit(HttpConnection connection) {
        if (open.size() >= limit) {
            return false;
        }
        open.put(connection, new State());
        connection.closeHandler(_ -> closed(connection));
        return true;
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
