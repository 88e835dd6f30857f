package dev.garboard.trust;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Shows whichever identity is the current one, so that a renewed certificate is used from the next handshake on without a restart. */
public final class RotatingIdentity extends X509ExtendedKeyManager {

    private volatile Current current;

    private record Current(TlsIdentity identity, X509ExtendedKeyManager manager) {
        static Current of(TlsIdentity identity) {
            return new Current(identity, (X509ExtendedKeyManager) identity.keyManagers()[0]);
        }
    }

    public RotatingIdentity(TlsIdentity first) {
        this.current = Current.of(first);
    }

    /** Handshakes from now on show this one. */
    public void replace(TlsIdentity renewed) {
        current = Current.of(renewed);
    }

    /** What is shown now. */
    public TlsIdentity identity() {
        return current.identity();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return current.manager().getClientAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return current.manager().chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return current.manager().chooseEngineClientAlias(keyTypes, issuers, engine);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return current.manager().getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return current.manager().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return current.manager().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return current.manager().getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return current.manager().getPrivateKey(alias);
    }
}
