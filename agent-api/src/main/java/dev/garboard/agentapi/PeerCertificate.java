package dev.garboard.agentapi;

import io.grpc.Attributes;
import io.grpc.Grpc;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The certificate that the other end of a connection showed in its TLS handshake, where the site CA's signature was checked. */
final class PeerCertificate {

    private PeerCertificate() {}

    /**
     * Null when it showed none.
     *
     * @param connection attributes of a transport or of a call on it
     */
    static @Nullable X509Certificate of(Attributes connection) {
        var session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate ? certificate : null;
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }
}
