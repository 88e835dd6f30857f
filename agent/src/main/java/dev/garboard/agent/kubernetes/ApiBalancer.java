package dev.garboard.agent.kubernetes;

import dev.garboard.agent.supervision.Service;
import dev.garboard.nodeconfig.HostPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on this node and passes each connection on to an API server that answers; bytes only, TLS goes through. One dead
 * API server is not noticed: its connections end at once, and new ones go to another. While none answers it does not listen,
 * as an API server that is away does not: a connection that is taken and ended again makes Kubernetes' own clients (client-go)
 * repeat each reading request ten times, a second apart, and a kubelet that is kept so starts no pod, not even an API server's.
 */
public final class ApiBalancer implements AutoCloseable {

    /** Where the node's programs find the API. */
    public static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 6444);

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api-balancer");
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** While none answers: everybody waits for the first. */
    private static final Duration LOOK_OUT_EVERY = Duration.ofMillis(200);

    /** A node has a few dozen; more would be a fault, and each costs memory of the agent. */
    private static final int MOST_CONNECTIONS = 1000;

    private final InetSocketAddress address;
    private final Service service;
    private final Semaphore free = new Semaphore(MOST_CONNECTIONS);
    private volatile List<ApiBackend> backends = List.of();
    private @Nullable ServerSocketChannel listener;
    private volatile boolean closed;

    private ApiBalancer(ServerSocketChannel listener, Service service) throws IOException {
        this.listener = listener;
        this.address = (InetSocketAddress) listener.getLocalAddress();
        this.service = service;
    }

    /** Opens the port and begins; no API server is known yet. */
    public static ApiBalancer start(InetSocketAddress address, Service service) throws IOException {
        var listener = bound(address);
        var balancer = new ApiBalancer(listener, service);
        service.waiting("no API server is known yet");
        balancer.acceptFrom(listener);
        Thread.ofVirtual().name("api-balancer look").start(balancer::look);
        return balancer;
    }

    private static ServerSocketChannel bound(InetSocketAddress address) throws IOException {
        var listener = ServerSocketChannel.open();
        try {
            return listener.bind(address);
        } catch (IOException taken) {
            listener.close();
            throw new IOException("cannot listen on " + address + ": " + taken.getMessage(), taken);
        }
    }

    /** Where it listens while an API server answers. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * From now on these API servers; connections to others end.
     *
     * @param near the node's own address: an API server on this very node is asked first
     */
    public void use(List<HostPort> servers, Inet4Address near) {
        List<ApiBackend> before = backends;
        backends = servers.stream()
                .map(server -> before.stream()
                        .filter(known -> known.server().equals(server))
                        .findFirst()
                        .orElseGet(() -> new ApiBackend(server, server.host().equals(near.getHostAddress()))))
                .toList();
        before.stream().filter(gone -> !backends.contains(gone)).forEach(ApiBackend::closeAll);
    }

    private void acceptFrom(ServerSocketChannel open) {
        Thread.ofVirtual().name("api-balancer accept").start(() -> accept(open));
    }

    private void accept(ServerSocketChannel open) {
        while (open.isOpen()) {
            try {
                SocketChannel client = open.accept();
                if (free.tryAcquire()) {
                    Thread.ofVirtual().start(() -> {
                        try {
                            serve(client);
                        } finally {
                            free.release();
                        }
                    });
                } else {
                    LOG.warn("refused a connection: there are {} already", MOST_CONNECTIONS);
                    client.close();
                }
            } catch (IOException failed) {
                if (open.isOpen()) {
                    service.unhealthy("cannot accept connections: " + failed.getMessage());
                    LOG.warn("accept", failed);
                }
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            for (ApiBackend backend : ApiBackend.inOrder(backends)) {
                if (backend.serve(client)) {
                    return;
                }
            }
        } catch (IOException failed) {
            LOG.debug("closing a client's connection", failed);
        }
    }

    private void look() {
        while (!closed) {
            List<ApiBackend> now = backends;
            try {
                lookAtAll(now);
                boolean none = now.stream().noneMatch(ApiBackend::answers);
                follow(now, none);
                Thread.sleep(none ? LOOK_OUT_EVERY : LOOK_EVERY);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** All at once: one that is silent must not delay what is learnt of the others. */
    private static void lookAtAll(List<ApiBackend> all) throws InterruptedException {
        var looks =
                all.stream().map(each -> Thread.ofVirtual().start(each::look)).toList();
        for (var look : looks) {
            look.join();
        }
    }

    private void follow(List<ApiBackend> now, boolean none) {
        if (now.isEmpty()) {
            return;
        }
        try {
            listen(!none);
        } catch (IOException taken) {
            LOG.warn("{}", taken.getMessage());
            service.unhealthy(String.valueOf(taken.getMessage()));
            return;
        }
        if (!none) {
            service.running();
        } else if (!closed) {
            service.starting("no API server answers: "
                    + now.stream().map(each -> each.server().toString()).collect(Collectors.joining(", ")));
        }
    }

    private synchronized void listen(boolean wanted) throws IOException {
        if (!wanted && listener != null) {
            listener.close();
            listener = null;
        } else if (wanted && listener == null && !closed) {
            listener = bound(address);
            acceptFrom(listener);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listen(false);
        } catch (IOException failed) {
            LOG.debug("closing the listener", failed);
        }
        backends.forEach(ApiBackend::closeAll);
        backends = List.of();
    }
}
