package dev.garboard.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.function.BiConsumer;

/**
 * Stands in the pipeline of a listening channel, before the handler that takes new connections: what is refused never gets a pipeline, a
 * TLS engine or a buffer of its own.
 */
@Sharable
public final class ConnectionGate extends ChannelInboundHandlerAdapter {

    private final ConnectionBounds bounds;
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
        if (reason.isPresent()) {
            refused.accept(reason.get(), peer);
            connection.unsafe().closeForcibly();
            return;
        }
        connection.closeFuture().addListener(_ -> bounds.gone(peer));
        context.fireChannelRead(message);
    }
}
