package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.pki.BootstrapToken;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;

/** Says what a kubelet that cannot join waits for: it tells its own log only, and tries for ever. */
final class JoinCheck {

    private static final String USUAL =
            "waits for the kubelet's certificate, which the boot server approves when the request matches this machine";

    private static final int UNAUTHORIZED = 401;

    private final URI server;
    private final Duration pause;
    private String asked = "";
    private long askedAt;
    private String said = USUAL;

    /**
     * With one API server, or who leads to one.
     *
     * @param pause before the first question about a token and between two: most kubelets have joined before, and an answer costs more than it
     *     is worth then
     */
    JoinCheck(URI server, Duration pause) {
        this.server = server;
        this.pause = pause;
    }

    /** What keeps the bearer of this token from joining. */
    String of(BootstrapToken token, X509Certificate ca) {
        if (!asked.equals(token.id())) {
            asked = token.id();
            askedAt = System.nanoTime();
            said = USUAL;
        }
        if (System.nanoTime() - askedAt >= pause.toNanos()) {
            said = ask(token, ca);
            askedAt = System.nanoTime();
        }
        return said;
    }

    private String ask(BootstrapToken token, X509Certificate ca) {
        try (var client = KubernetesClient.withToken(server, ca, token.text())) {
            client.version();
            return USUAL;
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
