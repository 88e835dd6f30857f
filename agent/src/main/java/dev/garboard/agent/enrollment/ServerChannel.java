package dev.garboard.agent.enrollment;

import dev.garboard.agentapi.SiteChannels;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** Opens channels to the boot server. */
public final class ServerChannel {

    private final SiteChannels.Peer server;
    private final X509Certificate siteCa;
    private final Consumer<Instant> clockIsBehind;

    /**
     * Channels to one server.
     *
     * @param server {@code host:port}
     * @param clockIsBehind gets a lower bound of the time when the server's certificate lies in the future
     */
    public ServerChannel(String server, X509Certificate siteCa, Consumer<Instant> clockIsBehind) {
        int colon = server.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException(
                    "the kernel command line says garboard.server=" + server + ", expected <host>:<port>");
        }
        String host = server.substring(0, colon);
        this.server = SiteChannels.Peer.at(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(server.substring(colon + 1)));
        this.siteCa = siteCa;
        this.clockIsBehind = clockIsBehind;
    }

    /** Without a certificate. */
    public ManagedChannel anonymous() {
        return open(null);
    }

    /** With the node's certificate. */
    public ManagedChannel as(NodeIdentity identity) {
        return open(identity);
    }

    /** Who is connected to, for people. */
    public String describe() {
        return server.host() + ":" + server.port();
    }

    private ManagedChannel open(@Nullable X509KeyManager identity) {
        return SiteChannels.builder(server, identity, siteCa)
                .sslContext(tls(identity))
                // A lost server must be noticed, but a thousand waiting nodes need not talk all the time.
                .idleTimeout(1, TimeUnit.HOURS)
                .build();
    }

    private SslContext tls(@Nullable X509KeyManager identity) {
        var builder = SslContextBuilder.forClient()
                .trustManager(new ServerTrust(siteCa, InstantSource.system(), clockIsBehind))
                // The role is checked instead of a name, see ServerTrust.
                .endpointIdentificationAlgorithm(null);
        if (identity != null) {
            builder.keyManager(identity);
        }
        try {
            return GrpcSslContexts.configure(builder, SslProvider.JDK)
                    .protocols("TLSv1.3")
                    .build();
        } catch (SSLException unusable) {
            throw new IllegalStateException("this Java runtime has no usable TLS 1.3", unusable);
        }
    }
}
