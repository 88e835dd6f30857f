package dev.garboard.agentapi;

import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;

/** Prepares gRPC servers of a site: on a node and on the boot server. */
public final class SiteServers {

    private static final int LARGEST_HEADERS = 16 * 1024;

    private SiteServers() {}

    /** Whether a caller must show a certificate already when it connects. */
    public enum ClientCertificate {
        REQUIRED,
        /** The services decide; {@link RoleInterceptor} refuses where one is needed. */
        OPTIONAL
    }

    /** A builder with TLS, keep-alive and bounds; the caller adds services, interceptors and an executor. */
    public static NettyServerBuilder builder(
            InetSocketAddress listen, X509KeyManager identity, X509Certificate siteCa, ClientCertificate certificate) {
        var clientAuth = certificate == ClientCertificate.REQUIRED ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
        return NettyServerBuilder.forAddress(listen)
                .sslContext(SiteTls.server(identity, siteCa, clientAuth))
                .handshakeTimeout(20, TimeUnit.SECONDS)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConcurrentCallsPerConnection(64)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .maxInboundMessageSize(SiteChannels.LARGEST_MESSAGE);
    }
}
