package dev.garboard.agent.kubernetes;

import static dev.garboard.kubernetes.pki.ClusterSecrets.BOOTSTRAP_TOKEN;
import static dev.garboard.kubernetes.pki.ClusterSecrets.KUBERNETES_CA_CERTIFICATE;
import static dev.garboard.kubernetes.pki.ClusterSecrets.KUBERNETES_CA_KEY;

import dev.garboard.kubernetes.document.Kubelet;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.Kubeconfig;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.trust.Authority;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import dev.garboard.trust.TrustException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the kubelet proves who it is. On a control-plane node, which has the cluster's CA, the agent issues its certificate: the
 * API server that would sign one is started by this very kubelet. Everywhere else the agent asks for one with a token, once.
 */
final class KubeletCredentials {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.kubelet");
    private static final String CLUSTER = "kubernetes";
    private static final String USER = "kubelet";
    private static final URI SERVER = URI.create("https://127.0.0.1:" + ApiBalancer.ADDRESS.getPort());

    /** The kubelet renews it long before by itself. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    private final KubeletJoin join = new KubeletJoin(SERVER);
    private String joinedBy = "";

    /**
     * Lays the files out.
     *
     * @return changes when the kubelet must be started again to see them
     * @throws DocumentPendingException while it has no certificate
     */
    String prepare(Kubelet document, DocumentInput input) throws IOException {
        String ca = text(input.secret(KUBERNETES_CA_CERTIFICATE));
        ConfigFile.write(NodePaths.KUBERNETES_CA, ca);
        Optional<X509Certificate> held = held(document, ca);
        Optional<byte[]> caKey = input.findSecret(KUBERNETES_CA_KEY);
        if (held.isPresent()) {
            writeKubeconfig();
            // The kubelet goes on with what it was started with; no restart because it has joined.
            return joinedBy;
        }
        Files.deleteIfExists(NodePaths.KUBELET_CLIENT);
        Files.deleteIfExists(NodePaths.KUBELET_KUBECONFIG);
        joinedBy = caKey.isPresent()
                ? issue(document, ca, text(caKey.get()))
                : join(document, ca, input.findSecret(BOOTSTRAP_TOKEN));
        return joinedBy;
    }

    private static String issue(Kubelet document, String ca, String caKey) throws IOException {
        var identity = Authority.ofPem(ca, caKey, KUBERNETES_CA_CERTIFICATE)
                .issue(LeafCertificates.kubeletClient(document.nodeName()), VALIDITY, Instant.now());
        LOG.info("issued the certificate of {}", document.nodeName());
        return use(identity);
    }

    private String join(Kubelet document, String ca, Optional<byte[]> token) throws IOException {
        if (token.isEmpty()) {
            throw new DocumentPendingException(
                    "waits for a bootstrap token: the kubelet of " + document.nodeName() + " has no certificate yet");
        }
        var identity = join.certificate(
                BootstrapToken.parse(text(token.get())),
                Pem.certificates(ca, KUBERNETES_CA_CERTIFICATE).getFirst(),
                document.nodeName());
        LOG.info("got the certificate of {}", document.nodeName());
        return use(identity);
    }

    private static String use(TlsIdentity identity) throws IOException {
        ConfigFile.write(NodePaths.KUBELET_CLIENT, identity.chainPem() + identity.keyPem());
        writeKubeconfig();
        return identity.certificate().getSerialNumber().toString();
    }

    private static void writeKubeconfig() throws IOException {
        ConfigFile.write(
                NodePaths.KUBELET_KUBECONFIG,
                Kubeconfig.withFiles(
                        CLUSTER,
                        USER,
                        SERVER,
                        NodePaths.KUBERNETES_CA,
                        NodePaths.KUBELET_CLIENT,
                        NodePaths.KUBELET_CLIENT));
    }

    /** The certificate that the kubelet has, if it is good for this node, this cluster and now. */
    private static Optional<X509Certificate> held(Kubelet document, String ca) throws IOException {
        if (!Files.exists(NodePaths.KUBELET_CLIENT)) {
            return Optional.empty();
        }
        try {
            var certificate = Pem.readCertificate(NodePaths.KUBELET_CLIENT);
            certificate.verify(
                    Pem.certificates(ca, KUBERNETES_CA_CERTIFICATE).getFirst().getPublicKey());
            certificate.checkValidity();
            String subject = certificate.getSubjectX500Principal().getName();
            if ((subject + ",").contains("CN=system:node:" + document.nodeName() + ",")) {
                return Optional.of(certificate);
            }
            LOG.info("the kubelet's certificate is of {}, not of {}", subject, document.nodeName());
        } catch (TrustException | GeneralSecurityException unusable) {
            LOG.info("the kubelet's certificate is not used: {}", unusable.getMessage());
        }
        return Optional.empty();
    }

    private static String text(byte[] secret) {
        return new String(secret, StandardCharsets.UTF_8);
    }

    void forget() throws IOException {
        joinedBy = "";
        join.close();
        Files.deleteIfExists(NodePaths.KUBERNETES_CA);
    }
}
