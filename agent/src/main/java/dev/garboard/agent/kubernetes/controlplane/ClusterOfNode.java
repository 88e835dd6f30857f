package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.LeaveOrders;
import dev.garboard.agent.kubernetes.NodePaths;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.CertificateEncodingException;
import java.util.Optional;

/** Which cluster the node is of, by what lies on it. */
public final class ClusterOfNode implements LeaveOrders.Membership {

    private final EtcdData data;

    /** As the files below those paths say. */
    public ClusterOfNode(ControlPlanePaths paths) {
        this.data = new EtcdData(paths);
    }

    @Override
    public Optional<String> etcdToken() throws IOException {
        return data.exists() ? data.token() : Optional.empty();
    }

    @Override
    public Optional<String> kubernetesCa() throws IOException {
        if (!Files.exists(NodePaths.KUBERNETES_CA)) {
            return Optional.empty();
        }
        try {
            var certificate = Pem.readCertificate(NodePaths.KUBERNETES_CA);
            return Optional.of(Sha256.of(certificate.getEncoded()));
        } catch (CertificateEncodingException unreadable) {
            throw new IOException(NodePaths.KUBERNETES_CA + ": " + unreadable.getMessage(), unreadable);
        }
    }
}
