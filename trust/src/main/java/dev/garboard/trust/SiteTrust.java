package dev.garboard.trust;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes certificates of one site CA and nothing else. It decides exactly as the JDK does and only says in words why a certificate was
 * refused; the JDK's cause is kept, because a client chooses its TLS alert by it (a JDK server always says certificate_unknown).
 */
public final class SiteTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager jdk;
    private final X509Certificate siteCa;

    private SiteTrust(X509ExtendedTrustManager jdk, X509Certificate siteCa) {
        this.jdk = jdk;
        this.siteCa = siteCa;
    }

    /** Trust in one site CA. */
    public static SiteTrust of(X509Certificate siteCa) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("site-ca", siteCa);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            var manager = Arrays.stream(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    // Every runtime has one, so no test gets here.
                    .orElseThrow(() -> new TrustException("this Java runtime has no X.509 trust manager"));
            return new SiteTrust(manager, siteCa);
        } catch (GeneralSecurityException | IOException unusable) {
            throw new TrustException(
                    "the site CA " + siteCa.getSubjectX500Principal() + " cannot be used: " + unusable.getMessage(),
                    unusable);
        }
    }

    /** TLS 1.3 without a certificate of one's own, for a node that has none yet. */
    public SSLContext anonymousSslContext() {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {this}, null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new TrustException("this Java runtime has no TLS 1.3: " + unusable.getMessage(), unusable);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        explaining(chain, () -> jdk.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        explaining(chain, () -> jdk.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        explaining(chain, () -> jdk.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        explaining(chain, () -> jdk.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        explaining(chain, () -> jdk.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        explaining(chain, () -> jdk.checkServerTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return jdk.getAcceptedIssuers();
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private void explaining(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException refused) {
            if (chain.length == 0) {
                throw refused;
            }
            var failure = CertificateFailure.of(
                    chain[0], siteCa, InstantSource.system().instant());
            var words = failure.map(CertificateFailure::message).orElseGet(() -> String.valueOf(refused.getMessage()));
            throw new CertificateException(words, refused.getCause() == null ? refused : refused.getCause());
        }
    }
}
