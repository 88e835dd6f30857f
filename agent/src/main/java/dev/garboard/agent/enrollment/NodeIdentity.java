package dev.garboard.agent.enrollment;

import dev.garboard.trust.TlsIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The node's present key and certificate. TLS asks for it at every handshake, so a renewed certificate is used by the next
 * connection and running ones stay.
 */
public final class NodeIdentity extends X509ExtendedKeyManager {

    private static final String ALIAS = "node";
    private static final String[] ALIASES = {ALIAS};

    private volatile @Nullable TlsIdentity current;

    /** An identity that shows nothing yet. */
    public NodeIdentity() {}

    /** What is shown now; empty before enrolment. */
    public Optional<TlsIdentity> current() {
        return Optional.ofNullable(current);
    }

    /** Shows this from now on. */
    public void become(TlsIdentity next) {
        current = next;
    }

    private @Nullable String alias() {
        return current == null ? null : ALIAS;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return current == null ? null : ALIASES.clone();
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias();
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return current == null ? null : ALIASES.clone();
    }

    /** TLS asks for one kind of key after the other; only an elliptic-curve key is there. */
    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return keyType.startsWith("EC") ? alias() : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return keyType.startsWith("EC") ? alias() : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        TlsIdentity now = current;
        return now == null ? null : now.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        TlsIdentity now = current;
        return now == null ? null : now.key();
    }
}
