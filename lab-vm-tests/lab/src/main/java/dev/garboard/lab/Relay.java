package dev.garboard.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Carries connections between the host and the lab's network. Two of these run: one inside the namespace listens on sockets in the file
 * system, which both sides see; one outside listens on 127.0.0.1. So kubectl on the host reaches the server in the lab.
 */
final class Relay {

    private static final int MOST_CONNECTIONS = 128;

    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore connections = new Semaphore(MOST_CONNECTIONS);

    private Relay() {}

    /** Pairs of a listening address and a target, each {@code tcp:ADDRESS:PORT} or {@code unix:PATH}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var relay = new Relay();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            relay.listen(arguments[i], address(arguments[i + 1]));
        }
        Thread.currentThread().join();
    }

    private void listen(String listen, SocketAddress target) throws IOException {
        var address = address(listen);
        if (address instanceof UnixDomainSocketAddress socket) {
            Files.deleteIfExists(socket.getPath());
        }
        var server = ServerSocketChannel.open(family(address));
        server.bind(address);
        threads.execute(() -> accept(server, target));
    }

    private void accept(ServerSocketChannel server, SocketAddress target) {
        while (true) {
            try {
                var from = server.accept();
                if (connections.tryAcquire()) {
                    threads.execute(() -> carry(from, target));
                } else {
                    from.close();
                }
            } catch (IOException ended) {
                return;
            }
        }
    }

    private void carry(SocketChannel from, SocketAddress target) {
        try (from;
                var to = SocketChannel.open(family(target))) {
            to.connect(target);
            var back = Thread.startVirtualThread(() -> copy(to, from));
            copy(from, to);
            back.join();
        } catch (IOException | InterruptedException ended) {
            // Either end has gone; closing both tells the other one.
        } finally {
            connections.release();
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(16 * 1024);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException ended) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            // There is nothing left to do with it.
        }
    }

    private static SocketAddress address(String text) {
        if (text.startsWith("unix:")) {
            return UnixDomainSocketAddress.of(Path.of(text.substring(5)));
        }
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                text.substring("tcp:".length(), colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static StandardProtocolFamily family(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
    }
}
