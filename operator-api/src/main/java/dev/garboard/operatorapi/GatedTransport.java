package dev.garboard.operatorapi;

import dev.garboard.admission.ConnectionGate;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sockets of Vert.x with a gate before those listeners that ask for one. Vert.x itself tells of a connection only after its TLS
 * handshake, when a stranger has long been given an engine and buffers.
 */
public final class GatedTransport implements Transport {

    private final Map<Integer, ConnectionGate> gates = new ConcurrentHashMap<>();

    /** Without gates yet. Hand it to the builder of a Vert.x, and to the servers on that Vert.x. */
    public GatedTransport() {}

    /** From now on connections to this port pass the gate. */
    void gate(int port, ConnectionGate gate) {
        gates.put(port, gate);
    }

    void open(int port) {
        gates.remove(port);
    }

    @Override
    public String name() {
        return "gated-nio";
    }

    @Override
    public boolean available() {
        return NIO.available();
    }

    @Override
    public Throwable unavailabilityCause() {
        return NIO.unavailabilityCause();
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return new Sockets(NIO.implementation());
    }

    @Sharable
    private final class Choice extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object connection) {
            var gate = context.channel().localAddress() instanceof InetSocketAddress local
                    ? gates.get(local.getPort())
                    : null;
            if (gate == null) {
                context.fireChannelRead(connection);
            } else {
                gate.channelRead(context, connection);
            }
        }
    }

    private final class Sockets implements io.vertx.core.spi.transport.Transport {

        private final io.vertx.core.spi.transport.Transport plain;
        private final Choice choice = new Choice();

        Sockets(io.vertx.core.spi.transport.Transport plain) {
            this.plain = plain;
        }

        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
            var sockets = plain.serverChannelFactory(domainSocket);
            return () -> {
                ServerChannel listening = sockets.newChannel();
                listening.pipeline().addLast(choice);
                return listening;
            };
        }

        @Override
        public boolean supportsDomainSockets() {
            return plain.supportsDomainSockets();
        }

        @Override
        public java.net.SocketAddress convert(SocketAddress address) {
            return plain.convert(address);
        }

        @Override
        public SocketAddress convert(java.net.SocketAddress address) {
            return plain.convert(address);
        }

        @Override
        public IoHandlerFactory ioHandlerFactory() {
            return plain.ioHandlerFactory();
        }

        @Override
        @SuppressWarnings("deprecation") // the signature is Vert.x's
        public DatagramChannel datagramChannel(InternetProtocolFamily family) {
            return plain.datagramChannel(family);
        }

        @Override
        public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
            return plain.datagramChannelFactory();
        }

        @Override
        public ChannelFactory<? extends io.netty.channel.Channel> channelFactory(boolean domainSocket) {
            return plain.channelFactory(domainSocket);
        }
    }
}
