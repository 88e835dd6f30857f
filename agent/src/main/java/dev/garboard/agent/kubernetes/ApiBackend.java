package dev.garboard.agent.kubernetes;

import dev.garboard.nodeconfig.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One API server, and the connections that are passed on to it. */
final class ApiBackend {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api-balancer");
    /** The kernel of a machine that lives takes a connection at once, however busy its programs are. */
    private static final Duration CONNECT_LIMIT = Duration.ofMillis(500);

    /** One missed answer may be load; two in a row end what is open. */
    private static final int DEAD_AFTER = 2;

    private static final int BUFFER = 16_384;

    private final HostPort server;
    private final boolean near;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private volatile int missed;
    private volatile boolean everAnswered;

    ApiBackend(HostPort server, boolean near) {
        this.server = server;
        this.near = near;
    }

    HostPort server() {
        return server;
    }

    /** Whether it answered when it was looked at last. */
    boolean answers() {
        return everAnswered && missed == 0;
    }

    /** Those that answer first, of them the near one; the rest by chance, so that a thousand nodes spread. */
    static List<ApiBackend> inOrder(List<ApiBackend> all) {
        var order = new ArrayList<>(all);
        Collections.shuffle(order);
        order.sort(Comparator.comparing((ApiBackend backend) -> backend.missed > 0)
                .thenComparing(backend -> !backend.near));
        return order;
    }

    /** Looks whether it answers, again at once when it does not; ends its connections when it still does not. */
    void look() {
        boolean answered = missed == 0;
        lookOnce();
        if (answered && missed > 0) {
            lookOnce();
        }
    }

    private void lookOnce() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(server.host(), server.port()), (int) CONNECT_LIMIT.toMillis());
            if (missed > 0 || !everAnswered) {
                LOG.info("{} answers", server);
            }
            everAnswered = true;
            missed = 0;
        } catch (IOException dead) {
            missed(dead);
        }
    }

    private synchronized void missed(IOException why) {
        missed++;
        if (missed == 1 && everAnswered) {
            LOG.warn("{} does not answer: {}", server, why.getMessage());
        }
        if (missed >= DEAD_AFTER) {
            closeAll();
        }
    }

    /**
     * Passes a connection on until one side ends it.
     *
     * @return false when the server cannot be reached: nothing was read from the client yet
     */
    boolean serve(SocketChannel client) throws IOException {
        SocketChannel up = SocketChannel.open();
        try {
            up.socket().connect(new InetSocketAddress(server.host(), server.port()), (int) CONNECT_LIMIT.toMillis());
        } catch (IOException dead) {
            up.close();
            missed(dead);
            return false;
        }
        try (up) {
            up.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            open.add(up);
            Thread back = Thread.ofVirtual().start(() -> copy(up, client));
            copy(client, up);
            back.join();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(up);
        }
        return true;
    }

    /** Copies to the end; an end is passed on as an end, an error ends both directions. */
    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            close(from);
            close(to);
        }
    }

    void closeAll() {
        open.forEach(ApiBackend::close);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException already) {
            LOG.debug("close", already);
        }
    }
}
