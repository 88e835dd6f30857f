package dev.garboard.tftp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/** How datagrams are sent and received: epoll where its native library loads, NIO elsewhere. */
enum Transport {
    EPOLL,
    NIO;

    /** The kernel's IP_MTU_DISCOVER at level IPPROTO_IP; 0 means "never set DF": old ROMs do not take part in path MTU discovery. */
    private static final IntegerUnixChannelOption MTU_DISCOVER = new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);

    /** What a client sends is short; a longer datagram is cut and then refused by the codec. */
    private static final int RECEIVE_BUFFER = 2048;

    static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** One thread: TFTP moves loaders of some hundred kilobytes, and one thread needs no locks. */
    EventLoopGroup newLoop() {
        IoHandlerFactory factory = switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("tftp", true), factory);
    }

    /** Whether the address a datagram was sent to can be learnt on a socket bound to every address. */
    boolean knowsDestination(InetSocketAddress local) {
        return this == EPOLL && local.getAddress() instanceof Inet4Address;
    }

    ChannelFuture bind(EventLoopGroup loop, InetSocketAddress local, ChannelHandler handler) {
        boolean ipv4 = local.getAddress() instanceof Inet4Address;
        var family = ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        var bootstrap = new Bootstrap()
                .group(loop)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER))
                .handler(handler);
        switch (this) {
            case EPOLL -> {
                bootstrap.channelFactory(() -> new EpollDatagramChannel(family));
                if (ipv4) {
                    bootstrap.option(MTU_DISCOVER, 0);
                    if (local.getAddress().isAnyLocalAddress()) {
                        bootstrap.option(EpollChannelOption.IP_RECVORIGDSTADDR, true);
                    }
                }
            }
            case NIO -> bootstrap.channelFactory(() -> new NioDatagramChannel(family));
        }
        return bootstrap.bind(local);
    }
}
