package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.admission.ConnectionBounds;
import dev.garboard.admission.ConnectionLimits;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which connections are taken, and which are closed because they do nothing. */
class ConnectionsTest {

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Connections connections = new Connections(ConnectionLimits.of(3, 2), IDLE, Duration.ofSeconds(60));
    private final List<Served> served = new ArrayList<>();

    private static int lastPort = 40_000;

    /** A connection that only remembers. */
    private static final class Peer {
        private final HttpConnection connection;
        private @Nullable Handler<Object> closeHandler;
        private int closed;

        Peer(String address) {
            int port = ++lastPort;
            connection = fake(HttpConnection.class, (method, arguments) -> switch (method) {
                case "remoteAddress" -> SocketAddress.inetSocketAddress(port, address);
                case "closeHandler" -> {
                    closeHandler = handler(arguments[0]);
                    yield null;
                }
                case "close" -> {
                    closed++;
                    yield null;
                }
                default -> throw new IllegalStateException(method);
            });
        }

        @SuppressWarnings("unchecked") // as Vert.x declares it
        private static Handler<Object> handler(Object argument) {
            return (Handler<Object>) argument;
        }

        void goes() {
            if (closeHandler != null) {
                closeHandler.handle(null);
            }
        }
    }

    private interface Answer {
        @Nullable
        Object to(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                    default -> answer.to(method.getName(), arguments == null ? new Object[0] : arguments);
                }));
    }

    private Exchange exchange(Peer peer) {
        var request = fake(HttpServerRequest.class, (method, _) -> switch (method) {
            case "connection" -> peer.connection;
            case "method" -> HttpMethod.GET;
            default -> throw new IllegalStateException(method);
        });
        return new Exchange(request, null, "kernel", served::add);
    }

    private Peer admitted(String address) {
        var peer = new Peer(address);
        assertEquals(Optional.empty(), connections.admit(peer.connection));
        return peer;
    }

    private void sweepAfter(Duration time) {
        connections.sweep(System.nanoTime() + time.toNanos());
    }

    @Test
    void anAddressAndAllTogetherHaveSoManyAndGetTheirPlacesBack() {
        var first = admitted("192.0.2.1");
        admitted("192.0.2.1");
        assertEquals(
                Optional.of(ConnectionBounds.Reason.TOO_MANY_FROM_ADDRESS),
                connections.admit(new Peer("192.0.2.1").connection));
        admitted("192.0.2.2");
        assertEquals(
                Optional.of(ConnectionBounds.Reason.TOO_MANY_CONNECTIONS),
                connections.admit(new Peer("192.0.2.3").connection));

        first.goes();

        admitted("192.0.2.1");
    }

    @Test
    void whoDoesNothingForTooLongIsClosed() {
        var silent = admitted("192.0.2.1");

        sweepAfter(IDLE.minusSeconds(5));
        assertEquals(0, silent.closed);

        sweepAfter(IDLE.plusSeconds(1));
        assertEquals(1, silent.closed);
    }

    /** A download that waits for its turn does nothing either, and is not to be closed. */
    @Test
    void whoseRequestIsBeingAnsweredIsNotIdle() {
        var busy = admitted("192.0.2.1");
        var exchange = exchange(busy);
        connections.begins(busy.connection, exchange);
        sweepAfter(Duration.ofHours(1));
        assertEquals(0, busy.closed);

        // The end of an earlier one says nothing of this.
        connections.ends(busy.connection, exchange(busy));
        sweepAfter(Duration.ofHours(1));
        assertEquals(0, busy.closed);

        connections.ends(busy.connection, exchange);
        sweepAfter(IDLE.minusSeconds(5));
        assertEquals(0, busy.closed);
        sweepAfter(IDLE.plusSeconds(1));
        assertEquals(1, busy.closed);
    }

    @Test
    void theAnswerOfAConnectionThatGoesEndsWithIt() {
        var gone = admitted("192.0.2.1");
        connections.begins(gone.connection, exchange(gone));

        gone.goes();

        assertEquals(
                List.of("ABORTED the client closed the connection"),
                served.stream().map(one -> one.outcome() + " " + one.detail()).toList());
        // It is forgotten: nothing is closed twice.
        sweepAfter(Duration.ofHours(1));
        assertEquals(0, gone.closed);
    }

    @Test
    void whoIsNotAdmittedIsNotWatched() {
        var stranger = new Peer("192.0.2.9");
        connections.begins(stranger.connection, exchange(stranger));
        connections.ends(stranger.connection, exchange(stranger));

        sweepAfter(Duration.ofHours(1));

        assertEquals(0, stranger.closed);
    }
}
