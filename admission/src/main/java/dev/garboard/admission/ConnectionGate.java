package dev.garboard.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Stands in the pipeline of a listening channel, before the handler that takes new connections: what is refused never gets a pipeline, a
 * TLS engine or a buffer of its own.
 */
@Sharable
public final class ConnectionGate extends ChannelInboundHandlerAdapter {

    private final ConnectionBounds bounds;
    private final Map<InetSocketAddress, Channel> connections = new ConcurrentHashMap<>();
    private final BiConsumer<ConnectionBounds.Reason, InetSocketAddress> refused;

    /**
     * For one listening channel.
     *
     * @param refused hears of each refusal on an event loop; must not block
     */
    public ConnectionGate(ConnectionBounds bounds, BiConsumer<ConnectionBounds.Reason, InetSocketAddress> refused) {
        this.bounds = bounds;
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
        var reason = bounds.arrive(peer);
        if (reason.equals(Optional.of(ConnectionBounds.Reason.TOO_MANY_HANDSHAKES)) && makeRoom()) {
            reason = bounds.arrive(peer);
        }
        if (reason.isPresent()) {
            refused.accept(reason.get(), peer);
            connection.unsafe().closeForcibly();
            return;
        }
        connections.put(peer, connection);
        connection.closeFuture().addListener(_ -> leave(peer, connection));
        context.fireChannelRead(message);
    }

    /**
     * Silent strangers of many addresses could otherwise keep everybody out for as long as a handshake may take: the one that has been at
     * it longest goes.
     */
    private boolean makeRoom() {
        var slowest = bounds.slowestHandshake();
        var connection = slowest.map(connections::get).orElse(null);
        if (slowest.isEmpty() || connection == null) {
            return false;
        }
        refused.accept(ConnectionBounds.Reason.TOO_MANY_HANDSHAKES, slowest.get());
        leave(slowest.get(), connection);
        var _ = connection.close();
        return true;
    }

    private void leave(InetSocketAddress peer, Channel connection) {
        // A later connection of the same address and port keeps its place.
        if (connections.remove(peer, connection)) {
            bounds.gone(peer);
        }
    }
}
