package dev.garboard.agentapi;

import dev.garboard.admission.ConnectionBounds;
import dev.garboard.admission.ConnectionGate;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;

/** Prepares gRPC servers of a site: on a node and on the boot server. */
public final class SiteServers {

    private static final int LARGEST_HEADERS = 8 * 1024;

    /** For a stream and for a connection: what a caller may send before it is read. The default grows to 8 MiB by itself. */
    private static final int WINDOW = 64 * 1024;

    private static final int RESETS = 200;
    private static final int RESETS_SECONDS = 30;

    /** Shared by all gRPC servers of this process, as gRPC's own would be; the threads start with the first connection. */
    private static final EventLoopGroup ACCEPTING = loops("api-accept", 1);

    private static final EventLoopGroup SERVING =
            loops("api-serve", Math.max(2, Runtime.getRuntime().availableProcessors()));

    private SiteServers() {}

    /** Whether a caller must show a certificate already when it connects. */
    public enum ClientCertificate {
        REQUIRED,
        /** The services decide; {@link RoleInterceptor} refuses where one is needed. */
        OPTIONAL
    }

    /** Hears of every connection that was refused. */
    @FunctionalInterface
    public interface Refusals {
        /** Called on an event loop; must not block. Also for a connection that had to give way to another. */
        void refused(ConnectionBounds.Reason reason, InetSocketAddress peer);
    }

    /** A builder with TLS, keep-alive and the usual bounds; the caller adds services, interceptors and an executor. */
    public static NettyServerBuilder builder(
            InetSocketAddress listen, X509KeyManager identity, X509Certificate siteCa, ClientCertificate certificate) {
        return builder(listen, identity, siteCa, certificate, ServerBounds.usual(), (_, _) -> {});
    }

    /** The same with bounds of the caller's. */
    public static NettyServerBuilder builder(
            InetSocketAddress listen,
            X509KeyManager identity,
            X509Certificate siteCa,
            ClientCertificate certificate,
            ServerBounds bounds,
            Refusals refusals) {
        var clientAuth = certificate == ClientCertificate.REQUIRED ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
        var gate = new ConnectionGate(bounds.connections(), refusals::refused);
        return NettyServerBuilder.forAddress(listen)
                .channelFactory(() -> {
                    var listening = new NioServerSocketChannel();
                    listening.pipeline().addLast(gate);
                    return listening;
                })
                .bossEventLoopGroup(ACCEPTING)
                .workerEventLoopGroup(SERVING)
                .sslContext(SiteTls.server(identity, siteCa, clientAuth))
                .addTransportFilter(new Settling(gate))
                // Before the caller's own, so that it is asked after them.
                .intercept(new Occupied(gate))
                .handshakeTimeout(10, TimeUnit.SECONDS)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConnectionIdle(5, TimeUnit.MINUTES)
                .maxConcurrentCallsPerConnection(bounds.callsPerConnection())
                .maxRstFramesPerWindow(RESETS, RESETS_SECONDS)
                .flowControlWindow(WINDOW)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .addStreamTracerFactory(new MessageBounds(bounds.message(), bounds.messages()))
                .maxInboundMessageSize(bounds.largestMessage());
    }

    private static EventLoopGroup loops(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    }

    /** For what has to happen later; must not block there. */
    static ScheduledExecutorService timer() {
        return SERVING;
    }

    /** A transport is ready when its handshake is over. */
    private static final class Settling extends ServerTransportFilter {

        private final ConnectionGate gate;

        Settling(ConnectionGate gate) {
            this.gate = gate;
        }

        @Override
        public Attributes transportReady(Attributes attributes) {
            if (attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer) {
                var certificate = PeerCertificate.of(attributes);
                gate.settled(
                        peer,
                        certificate == null
                                ? null
                                : certificate.getSubjectX500Principal().getName());
            }
            return attributes;
        }
    }
}
