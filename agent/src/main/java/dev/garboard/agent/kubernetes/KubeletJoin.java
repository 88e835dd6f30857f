package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.api.ObjectPath;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.KubeletRequest;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gets the kubelet its first certificate, by a token (Kubernetes' TLS bootstrap). The kubelet could do that itself, but it asks the API server
 * for everything else meanwhile, is refused, and then sleeps for up to 30 seconds before it asks again; and it tells its own log only what is
 * in its way.
 */
final class KubeletJoin implements AutoCloseable {

    private static final String AWAITED =
            "waits for the kubelet's certificate, which the boot server approves when the request matches this machine";

    /** Beyond it the request is made once more: what spoke against it may have been put right. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final ObjectPath REQUESTS = ObjectPath.all("certificates.k8s.io/v1", "certificatesigningrequests");
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final URI server;
    private final Duration patience;
    private @Nullable Attempt attempt;

    /** With one token: the key stays the same, so that a request that was answered unheard is not made in vain. */
    private record Attempt(
            BootstrapToken token,
            KeyPair keys,
            KubernetesClient client,
            @Nullable Asked asked) {
        Attempt with(@Nullable Asked request) {
            return new Attempt(token, keys, client, request);
        }
    }

    private record Asked(String name, long nanoTime) {}

    /** With one API server, or who leads to one. */
    KubeletJoin(URI server) {
        this(server, PATIENCE);
    }

    KubeletJoin(URI server, Duration patience) {
        this.server = server;
        this.patience = patience;
    }

    /**
     * Asks for the certificate, or looks whether it has been issued; does not wait for it.
     *
     * @throws DocumentPendingException with what keeps the certificate away
     */
    TlsIdentity certificate(BootstrapToken token, X509Certificate ca, String nodeName) {
        var now = attempt(token, ca);
        try {
            var asked = now.asked();
            if (asked == null || System.nanoTime() - asked.nanoTime() > patience.toNanos()) {
                asked = new Asked(ask(now, nodeName), System.nanoTime());
                attempt = now.with(asked);
            }
            var issued = issued(now.client().get(REQUESTS, asked.name()));
            if (issued.isEmpty()) {
                throw new DocumentPendingException(AWAITED);
            }
            var identity = new TlsIdentity(
                    now.keys().getPrivate(), Pem.certificates(issued.get(), "the kubelet's certificate"));
            close();
            return identity;
        } catch (KubernetesException refused) {
            if (refused.code() == NOT_FOUND) {
                attempt = now.with(null);
                throw new DocumentPendingException(AWAITED);
            }
            throw new DocumentPendingException(reason(token, refused));
        }
    }

    private Attempt attempt(BootstrapToken token, X509Certificate ca) {
        var now = attempt;
        if (now == null || !now.token().equals(token)) {
            close();
            now = new Attempt(token, KeyPairs.ecP256(), KubernetesClient.withToken(server, ca, token.text()), null);
            attempt = now;
        }
        return now;
    }

    private static String ask(Attempt attempt, String nodeName) {
        var pem = Pem.ofCertificateRequest(
                CertificateRequest.create(attempt.keys(), KubeletRequest.NODES, "system:node:" + nodeName));
        var request = JsonNodeFactory.instance.objectNode();
        request.put("apiVersion", REQUESTS.apiVersion()).put("kind", "CertificateSigningRequest");
        request.putObject("metadata").put("generateName", "garboard-" + nodeName + "-");
        var spec = request.putObject("spec");
        spec.put("request", Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)));
        spec.put("signerName", KubeletRequest.CLIENT);
        spec.putArray("usages").add("digital signature").add("client auth");
        return attempt.client().create(request).path("metadata").path("name").asString("");
    }

    private static Optional<String> issued(ObjectNode request) {
        var status = request.path("status");
        for (JsonNode condition : status.path("conditions")) {
            var type = condition.path("type").asString("");
            if (type.equals("Denied") || type.equals("Failed")) {
                throw new DocumentPendingException("the kubelet gets no certificate: its request is "
                        + type.toLowerCase(Locale.ROOT) + ": "
                        + condition.path("message").asString(""));
            }
        }
        return Optional.of(status.path("certificate").asString(""))
                .filter(text -> !text.isEmpty())
                .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.US_ASCII));
    }

    private static String reason(BootstrapToken token, KubernetesException refused) {
        return switch (refused.code()) {
            case UNAUTHORIZED ->
                "the API server refuses the bootstrap token " + token.id()
                        + ": it was used already, has expired or was deleted; the boot server sends another one by itself,"
                        + " so see that it runs and reaches the cluster (garboard cluster status)";
            case FORBIDDEN ->
                "the API server does not take the request for the kubelet's certificate: " + refused.getMessage()
                        + "; the cluster's add-ons allow it (ClusterRoleBinding garboard:join)";
            default -> "waits for an API server: " + refused.getMessage();
        };
    }

    /** Gives up what was begun. */
    @Override
    public void close() {
        if (attempt != null) {
            attempt.client().close();
            attempt = null;
        }
    }
}
