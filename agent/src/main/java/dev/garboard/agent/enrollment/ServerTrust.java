package dev.garboard.agent.enrollment;

import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteTrust;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes the boot server: a certificate of the site CA with the role {@code server}. A node knows its server by an
 * address from an unsigned command line, so it is the role and not the name that counts.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private final SiteTrust site;
    private final X509Certificate siteCa;
    private final InstantSource clock;
    private final Consumer<Instant> clockIsBehind;

    /**
     * Trust in the server of a site.
     *
     * @param clockIsBehind called before the check when a certificate that the site CA signed begins in the future: then
     *     the clock of a machine with an empty battery is wrong, and the certificate gives a lower bound for it
     */
    ServerTrust(X509Certificate siteCa, InstantSource clock, Consumer<Instant> clockIsBehind) {
        this.site = SiteTrust.of(siteCa);
        this.siteCa = siteCa;
        this.clock = clock;
        this.clockIsBehind = clockIsBehind;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (chain.length > 0 && isSignedBySite(chain[0])) {
            Instant begins = chain[0].getNotBefore().toInstant();
            if (clock.instant().isBefore(begins)) {
                clockIsBehind.accept(begins);
            }
        }
        site.checkServerTrusted(chain, type);
        Caller server = Caller.of(chain[0]);
        if (!server.roles().contains(Role.SERVER)) {
            throw new CertificateException("the boot server showed the certificate of " + server.describe()
                    + ", expected the role server; is garboard.server the address of the boot server?");
        }
    }

    private boolean isSignedBySite(X509Certificate certificate) {
        try {
            certificate.verify(siteCa.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("a node does not check clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return site.getAcceptedIssuers();
    }
}
