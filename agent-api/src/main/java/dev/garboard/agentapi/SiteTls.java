package dev.garboard.agentapi;

import dev.garboard.trust.SiteTrust;
import dev.garboard.trust.TrustException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** TLS of the JDK for gRPC: version 1.3 only, and trust in the site CA only. */
final class SiteTls {

    private SiteTls() {}

    static SslContext client(@Nullable X509KeyManager identity, X509Certificate siteCa) {
        var builder = SslContextBuilder.forClient();
        if (identity != null) {
            builder.keyManager(identity);
        }
        return build(builder, siteCa);
    }

    static SslContext server(X509KeyManager identity, X509Certificate siteCa, ClientAuth clientAuth) {
        return build(SslContextBuilder.forServer(identity).clientAuth(clientAuth), siteCa);
    }

    private static SslContext build(SslContextBuilder builder, X509Certificate siteCa) {
        try {
            return GrpcSslContexts.configure(builder.trustManager(SiteTrust.of(siteCa)), SslProvider.JDK)
                    .protocols("TLSv1.3")
                    .build();
        } catch (SSLException unusable) {
            throw new TrustException("TLS 1.3 of this Java runtime cannot be used: " + unusable.getMessage(), unusable);
        }
    }
}
