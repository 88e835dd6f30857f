package dev.garboard.tftp;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A read-only TFTP server on one address. Owns its event loop, its reader threads and its sockets. */
public final class TftpListener implements AutoCloseable {
    private static final int PRIVILEGED = 1024;

    private final EventLoopGroup loop;
    private final ExecutorService readers;
    private final Channel channel;
    private final RequestHandler requests;

    private TftpListener(EventLoopGroup loop, ExecutorService readers, Channel channel, RequestHandler requests) {
        this.loop = loop;
        this.readers = readers;
        this.channel = channel;
        this.requests = requests;
    }

    /** Starts to listen; throws {@link TftpBindException} with the remedy when it cannot. */
    public static TftpListener bind(TftpConfig config, TftpFiles files, TftpEvents events) {
        return bind(config, files, events, Transport.best());
    }

    static TftpListener bind(TftpConfig config, TftpFiles files, TftpEvents events, Transport transport) {
        var local = config.listen();
        if (local.isUnresolved()) {
            throw new TftpBindException(
                    "TFTP cannot listen on " + local + ": the name has no address; use a literal one");
        }
        if (local.getAddress().isAnyLocalAddress() && !transport.knowsDestination(local)) {
            // Data from another address than the one asked are dropped by firmware, and only epoll over IPv4 tells
            // which was asked.
            throw new TftpBindException("TFTP cannot listen on every address (" + local
                    + ") here, because answers must leave from the address that was asked; give one address"
                    + " per listener");
        }
        var loop = transport.newLoop();
        var readers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("tftp-read-", 0).factory());
        var requests = new RequestHandler(config, files, events, transport, loop, readers);
        var bound = transport.bind(loop, local, requests).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            readers.shutdownNow();
            throw new TftpBindException(explain(local, bound.cause()), bound.cause());
        }
        return new TftpListener(loop, readers, bound.channel(), requests);
    }

    /** The address and port in use, for a configuration that asked for port 0. */
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** Whether its socket is bound and something reads it. */
    public boolean isOpen() {
        return !loop.isShuttingDown() && channel.isActive();
    }

    /** Transfers at this moment. */
    public int activeTransfers() {
        return requests.active();
    }

    @Override
    public void close() {
        if (loop.isShuttingDown()) {
            return;
        }
        channel.close().awaitUninterruptibly();
        loop.submit(requests::abortAll).awaitUninterruptibly();
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        readers.shutdownNow();
    }

    private static String explain(InetSocketAddress local, Throwable cause) {
        String remedy;
        if (!(cause instanceof IOException) || !isOurs(local.getAddress())) {
            remedy = "set tftp.listen to an address of this host; `ip address` lists them";
        } else {
            // There is one exception for both, and its words are the operating system's.
            remedy = "another TFTP server has this port"
                    + (local.getPort() < PRIVILEGED
                            ? ", or this process may not have one below 1024: run as root, grant CAP_NET_BIND_SERVICE,"
                                    + " or set tftp.listen to a port above 1023"
                            : "")
                    + "; `ss -ulnp sport = :" + local.getPort() + "` names it";
        }
        return "TFTP cannot listen on " + local.getAddress().getHostAddress() + " port " + local.getPort() + ": "
                + cause.getMessage() + "; " + remedy;
    }

    private static boolean isOurs(InetAddress address) {
        try {
            // All of 127.0.0.0/8 is this host, and the interface names one of them.
            return address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }
}
