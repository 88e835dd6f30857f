package dev.garboard.admission;

import dev.garboard.admission.ConnectionBounds.Verdict;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands in the pipeline of a listening channel, before the handler that takes new connections: what is refused never gets a pipeline, a
 * TLS engine or a buffer of its own. Whoever gives way to another is closed from here too. The server tells it how the connections go on.
 */
@Sharable
public final class ConnectionGate extends ChannelInboundHandlerAdapter {

    private final ConnectionBounds bounds;
    private final Map<InetSocketAddress, Channel> connections = new ConcurrentHashMap<>();
    private final BiConsumer<ConnectionBounds.Reason, InetSocketAddress> refused;

    /**
     * For one listening channel.
     *
     * @param refused hears of each connection that was refused or had to give way, on an event loop; must not block
     */
    public ConnectionGate(ConnectionLimits limits, BiConsumer<ConnectionBounds.Reason, InetSocketAddress> refused) {
        this.bounds = new ConnectionBounds(limits);
        this.refused = refused;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof Channel connection)
                || !(connection.remoteAddress() instanceof InetSocketAddress peer)) {
            // A connection that was reset before it was accepted has no peer; its close will be seen at once.
            context.fireChannelRead(message);
            return;
        }
        if (!hasPlace(bounds.arrive(peer), peer)) {
            connection.unsafe().closeForcibly();
            return;
        }
        connections.put(peer, connection);
        connection.closeFuture().addListener(_ -> leave(peer, connection));
        context.fireChannelRead(message);
    }

    /**
     * The handshake of a connection is over.
     *
     * @param caller whose certificate was shown and is good, one text for each subject; null when there was none
     */
    public void settled(InetSocketAddress peer, @Nullable String caller) {
        if (!hasPlace(bounds.settled(peer, caller), peer)) {
            cut(peer);
        }
    }

    /** A call of this connection has begun: it is not idle until as many have ended. */
    public void began(InetSocketAddress peer) {
        bounds.began(peer);
    }

    /** A call of this connection that had begun is over. */
    public void ended(InetSocketAddress peer) {
        bounds.ended(peer);
    }

    private boolean hasPlace(Verdict verdict, InetSocketAddress peer) {
        return switch (verdict) {
            case Verdict.Place() -> true;
            case Verdict.PlaceOf(var evicted, var reason) -> {
                refused.accept(reason, evicted);
                cut(evicted);
                yield true;
            }
            case Verdict.Refused(var reason) -> {
                refused.accept(reason, peer);
                yield false;
            }
        };
    }

    /** Past the handlers of TLS and HTTP/2, which would first say goodbye and wait for what is under way. */
    private void cut(InetSocketAddress peer) {
        var connection = connections.remove(peer);
        if (connection == null) {
            return;
        }
        var nearest = connection.pipeline().firstContext();
        var _ = nearest == null ? connection.close() : nearest.close();
    }

    private void leave(InetSocketAddress peer, Channel connection) {
        // A later connection of the same address and port keeps its place.
        if (connections.remove(peer, connection)) {
            bounds.gone(peer);
        }
    }
}
