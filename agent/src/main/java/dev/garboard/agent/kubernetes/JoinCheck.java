package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.pki.BootstrapToken;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;

/** Says what a kubelet that cannot join waits for: it tells its own log only, and tries for ever. */
final class JoinCheck {

    /** The engine looks ten times a second; the API server need not be asked as often. */
    private static final Duration EVERY = Duration.ofSeconds(2);

    private static final int UNAUTHORIZED = 401;

    private final URI server;
    private String asked = "";
    private long askedAt;
    private String said = "";

    JoinCheck(URI server) {
        this.server = server;
    }

    /** What keeps the bearer of this token from joining. */
    String of(BootstrapToken token, X509Certificate ca) {
        long now = System.nanoTime();
        if (!asked.equals(token.id()) || now - askedAt >= EVERY.toNanos()) {
            said = ask(token, ca);
            asked = token.id();
            askedAt = System.nanoTime();
        }
        return said;
    }

    private String ask(BootstrapToken token, X509Certificate ca) {
        try (var client = KubernetesClient.withToken(server, ca, token.text())) {
            client.version();
            return "waits for the kubelet's certificate, which the boot server approves when the request matches this machine";
        } catch (KubernetesException refused) {
            if (refused.code() == UNAUTHORIZED) {
                return "the API server refuses the bootstrap token " + token.id()
                        + ": it was used already, has expired or was deleted; the boot server sends another one by itself,"
                        + " so see that it runs and reaches the cluster (garboard cluster status)";
            }
            return "waits for an API server: " + refused.getMessage();
        }
    }
}
