package dev.garboard.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * A private key and the certificates that say whose it is; what one end of a TLS connection shows to the other.
 *
 * @param chain the bearer's certificate first, then its issuers
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {

    private static final char[] NO_PASSWORD = {};

    public TlsIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new TrustException("an identity needs a certificate, found none");
        }
        if (!KeyPairs.belongTogether(key, chain.getFirst().getPublicKey())) {
            throw new TrustException("the private key does not belong to the certificate of "
                    + chain.getFirst().getSubjectX500Principal() + "; use the files that were made together");
        }
    }

    /** Reads an identity from two PEM files. */
    public static TlsIdentity read(Path certificates, Path key) {
        return new TlsIdentity(Pem.readKey(key), Pem.readCertificates(certificates));
    }

    /** Writes two PEM files; the key is readable by its owner only. */
    public void write(Path certificates, Path keyFile) {
        Pem.writeKey(keyFile, key);
        Pem.writeCertificates(certificates, chain);
    }

    /** The bearer's own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** Who the bearer is. */
    public Caller caller() {
        return Caller.of(certificate());
    }

    /** When the bearer's certificate ends. */
    public Instant notAfter() {
        return certificate().getNotAfter().toInstant();
    }

    /** The certificates as PEM, for libraries that want text. */
    public String chainPem() {
        return Pem.ofCertificates(chain);
    }

    /** The private key as PEM, for libraries that want text. */
    public String keyPem() {
        return Pem.ofKey(key);
    }

    /** For JDK TLS. */
    public KeyManager[] keyManagers() {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("identity", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException unusable) {
            throw new TrustException(
                    "the identity of " + caller().describe() + " cannot be used for TLS: " + unusable.getMessage(),
                    unusable);
        }
    }

    /** TLS 1.3 that shows this identity and believes the site CA only. */
    public SSLContext sslContext(X509Certificate siteCa) {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(keyManagers(), new TrustManager[] {SiteTrust.of(siteCa)}, null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new TrustException("this Java runtime has no TLS 1.3: " + unusable.getMessage(), unusable);
        }
    }

    /** Names the bearer, never the key. */
    @Override
    public String toString() {
        return "TlsIdentity[" + caller().describe() + ", until " + notAfter() + "]";
    }
}
