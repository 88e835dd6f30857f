package dev.garboard.operatorapi;

import dev.garboard.trust.Caller;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.SiteTrust;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Tells callers by their certificates. The TLS layer proves that a caller holds the key of the certificate it shows; whether the site CA
 * issued it and whether it is still valid is decided here, for each request, so that the answer can say what is wrong. A handshake can
 * only be broken off, and "bad certificate" is all that the caller would see.
 */
final class Callers {

    private final SiteTrust trust;
    private final RevocationGate gate;

    Callers(X509Certificate siteCa, RevocationGate gate) {
        this.gate = gate;
        this.trust = SiteTrust.of(siteCa);
    }

    /** @param chain what the caller showed; empty when it showed nothing */
    Caller authenticate(X509Certificate[] chain) {
        if (chain.length == 0) {
            throw new RefusedException(Refusal.unauthorized("this API needs a client certificate of the site, none was"
                    + " shown; use the kubeconfig that garboard init wrote"));
        }
        try {
            trust.checkClientTrusted(chain, "UNKNOWN");
        } catch (CertificateException refused) {
            throw new RefusedException(Refusal.unauthorized(String.valueOf(refused.getMessage())));
        }
        requireValid(chain[0], gate);
        return Caller.of(chain[0]);
    }

    /** Refuses whoever was let in with a certificate that has been revoked since. */
    static void requireValid(X509Certificate shown, RevocationGate gate) {
        gate.refusal(shown).ifPresent(revoked -> {
            throw new RefusedException(Refusal.unauthorized(revoked.message()));
        });
    }

    /** Whose connection it is; null when the site CA says nothing of the certificate, or there is none. */
    @Nullable
    String subject(X509Certificate[] chain) {
        try {
            authenticate(chain);
            return chain[0].getSubjectX500Principal().getName();
        } catch (RefusedException unknown) {
            return null;
        }
    }

    /** Lets any certificate through to {@link #authenticate}. */
    static final class Deferred extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this trust is for callers only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        /** Empty, so that clients show what they have; many hide a certificate whose issuer is not named here. */
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
