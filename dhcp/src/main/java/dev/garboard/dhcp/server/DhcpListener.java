package dev.garboard.dhcp.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's channels: for each interface one on port 67 and one on port 4011. Each is bound to its interface, so a
 * broadcast leaves where the request arrived; SO_REUSEADDR stays off, for two servers on one port would answer at random.
 */
public final class DhcpListener implements AutoCloseable {

    // Linux' numbers of errors, errno(3).
    private static final int NOT_PERMITTED = 1;
    private static final int PERMISSION_DENIED = 13;
    private static final int ADDRESS_IN_USE = 98;

    private static final Logger log = LoggerFactory.getLogger(DhcpListener.class);

    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int INTERFACE_NAME_LENGTH = 16;
    private static final RawUnixChannelOption BIND_TO_DEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, INTERFACE_NAME_LENGTH);
    private static final int DATAGRAM = 2048;

    private final EventLoopGroup loop;
    private final List<Channel> channels;

    private DhcpListener(EventLoopGroup loop, List<Channel> channels) {
        this.loop = loop;
        this.channels = channels;
    }

    /** One interface and the address of this server on it, which replies leave from and option 54 names. */
    public record Binding(String interfaceName, Inet4Address address) {}

    /** Starts to answer. */
    public static DhcpListener bind(List<Binding> bindings, DhcpPorts ports, DhcpServer server, DhcpEvents events) {
        boolean epoll = Epoll.isAvailable();
        if (!epoll && bindings.size() > 1) {
            throw new DhcpBindException(
                    "DHCP on " + bindings.size() + " interfaces needs epoll, which is not available here; serve one",
                    Epoll.unavailabilityCause());
        }
        var threads = new DefaultThreadFactory("dhcp", true);
        var loop = new MultiThreadIoEventLoopGroup(
                1, threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        var listener = new DhcpListener(loop, new ArrayList<>());
        try {
            for (var binding : bindings) {
                requireAddress(binding);
                listener.open(
                        binding, ports.server(), new DhcpHandler(server, binding.address(), false, events), epoll);
                listener.open(binding, ports.boot(), new DhcpHandler(server, binding.address(), true, events), epoll);
                log.atInfo()
                        .addKeyValue("interface", binding.interfaceName())
                        .addKeyValue("address", binding.address().getHostAddress())
                        .addKeyValue("epoll", epoll)
                        .log("DHCP listens");
            }
            return listener;
        } catch (RuntimeException failed) {
            listener.close();
            throw failed;
        }
    }

    /** Whether all its sockets are bound and something reads them. */
    public boolean isOpen() {
        return !loop.isShuttingDown() && channels.stream().allMatch(Channel::isActive);
    }

    @Override
    public void close() {
        channels.forEach(channel -> channel.close().syncUninterruptibly());
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    private void open(Binding binding, int port, DhcpHandler handler, boolean epoll) {
        var bootstrap = new Bootstrap()
                .group(loop)
                .option(ChannelOption.SO_BROADCAST, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM))
                .handler(new ChannelInitializer<DatagramChannel>() {
                    @Override
                    protected void initChannel(DatagramChannel channel) {
                        channel.pipeline().addLast(handler);
                    }
                });
        if (epoll) {
            bootstrap
                    .channel(EpollDatagramChannel.class)
                    .option(BIND_TO_DEVICE, interfaceName(binding.interfaceName()));
        } else {
            bootstrap.channelFactory(() -> new NioDatagramChannel(SocketProtocolFamily.INET));
        }
        var bound = bootstrap.bind(new InetSocketAddress("0.0.0.0", port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw refused(binding, port, bound.cause());
        }
        channels.add(bound.channel());
    }

    private static ByteBuffer interfaceName(String name) {
        var bytes = name.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(INTERFACE_NAME_LENGTH).put(bytes).clear();
    }

    private static DhcpBindException refused(Binding binding, int port, Throwable cause) {
        var where = "DHCP cannot listen on UDP port " + port + " of " + binding.interfaceName() + ": ";
        int error = cause instanceof Errors.NativeIoException failed ? Math.abs(failed.expectedErr()) : 0;
        if (error == ADDRESS_IN_USE) {
            return new DhcpBindException(
                    where + "another program does. See 'ss -lunp sport = :" + port
                            + "'; stop it, or serve another interface",
                    cause);
        }
        if (error == NOT_PERMITTED || error == PERMISSION_DENIED) {
            return new DhcpBindException(
                    where + "permission denied. Start as root, or with the capabilities CAP_NET_BIND_SERVICE and"
                            + " CAP_NET_RAW",
                    cause);
        }
        return new DhcpBindException(where + cause.getMessage(), cause);
    }

    /** A reply to 255.255.255.255 leaves from the first address of its interface, so option 54 has to name that one. */
    private static void requireAddress(Binding binding) {
        var addresses = addresses(binding.interfaceName());
        if (!addresses.contains(binding.address())) {
            throw new DhcpBindException(
                    "interface " + binding.interfaceName() + " has the addresses " + texts(addresses) + ", not "
                            + binding.address().getHostAddress() + "; correct the configuration or the interface",
                    null);
        }
        if (!addresses.getFirst().equals(binding.address())) {
            log.atWarn()
                    .addKeyValue("interface", binding.interfaceName())
                    .addKeyValue("first", addresses.getFirst().getHostAddress())
                    .addKeyValue("configured", binding.address().getHostAddress())
                    .log("broadcast replies leave from the first address of the interface; firmware may drop them");
        }
    }

    private static List<Inet4Address> addresses(String interfaceName) {
        try {
            var networkInterface = NetworkInterface.getByName(interfaceName);
            if (networkInterface == null) {
                var names = NetworkInterface.networkInterfaces()
                        .map(NetworkInterface::getName)
                        .toList();
                throw new DhcpBindException(
                        "there is no interface " + interfaceName + " to serve DHCP on; there are " + names, null);
            }
            return networkInterface.getInterfaceAddresses().stream()
                    .map(InterfaceAddress::getAddress)
                    .filter(Inet4Address.class::isInstance)
                    .map(Inet4Address.class::cast)
                    .toList();
        } catch (SocketException e) {
            throw new DhcpBindException("interface " + interfaceName + " cannot be looked up", e);
        }
    }

    private static List<String> texts(List<Inet4Address> addresses) {
        return addresses.stream().map(Inet4Address::getHostAddress).toList();
    }
}
