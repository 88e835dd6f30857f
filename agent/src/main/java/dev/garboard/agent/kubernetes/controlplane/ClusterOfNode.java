package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.ClusterIdentity;
import dev.garboard.agent.kubernetes.ClusterMembership;
import dev.garboard.agent.kubernetes.ConfigFile;
import dev.garboard.agent.kubernetes.NodePaths;
import dev.garboard.agent.linux.DurableFile;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Sha256;
import dev.garboard.trust.TrustException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Which cluster the node is of, by what lies on it: the note that is made before anything of a cluster is written, and what a node of an earlier
 * version has without that note.
 */
public final class ClusterOfNode implements ClusterMembership {

    private static final String TOKEN = "etcd-token=";
    private static final String CA = "kubernetes-ca-sha256=";

    private final EtcdData etcd;
    private final Places places;

    /**
     * Where that lies.
     *
     * @param note on the node's disk, if it has one
     * @param kubernetesCa that the node's programs trust in this boot
     * @param kubelet the kubelet's certificate
     */
    record Places(Path note, Path kubernetesCa, Path kubelet) {}

    /** As the files of the node say, data of etcd below those paths. */
    public ClusterOfNode(ControlPlanePaths paths) {
        this(paths, new Places(NodePaths.CLUSTER, NodePaths.KUBERNETES_CA, NodePaths.KUBELET_CLIENT));
    }

    ClusterOfNode(ControlPlanePaths paths, Places places) {
        this.etcd = new EtcdData(paths);
        this.places = places;
    }

    @Override
    public ClusterIdentity held() throws IOException {
        // Data of etcd says itself whose it is.
        var data = new ClusterIdentity(etcd.exists() ? etcd.token().orElse("") : "", "");
        var known = data.or(noted());
        return known.kubernetesCa().isEmpty() ? known.or(new ClusterIdentity("", trusted())) : known;
    }

    private ClusterIdentity noted() throws IOException {
        if (!Files.exists(places.note())) {
            return ClusterIdentity.NONE;
        }
        var lines = Files.readAllLines(places.note());
        var noted = new ClusterIdentity(value(lines, TOKEN), value(lines, CA));
        if (noted.equals(ClusterIdentity.NONE)) {
            // Nobody wrote an empty one: rather too careful than a cluster's end.
            throw new IOException(places.note() + " says of no cluster, and a damaged note is not taken for none");
        }
        return noted;
    }

    private static String value(Iterable<String> lines, String key) {
        for (var line : lines) {
            if (line.startsWith(key)) {
                return line.substring(key.length()).strip();
            }
        }
        return "";
    }

    private String trusted() throws IOException {
        if (!Files.exists(places.kubernetesCa())) {
            return "";
        }
        try {
            return Sha256.of(Pem.readCertificate(places.kubernetesCa()).getEncoded());
        } catch (CertificateEncodingException unreadable) {
            throw new IOException(places.kubernetesCa() + ": " + unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public Optional<String> kubeletOfOtherThan(X509Certificate ca) {
        if (!Files.exists(places.kubelet())) {
            return Optional.empty();
        }
        X509Certificate certificate;
        try {
            certificate = Pem.readCertificate(places.kubelet());
        } catch (TrustException damaged) {
            // It says nothing about any cluster, and no kubelet can use it.
            return Optional.empty();
        }
        try {
            certificate.verify(ca.getPublicKey());
            return Optional.empty();
        } catch (GeneralSecurityException other) {
            return Optional.of("a CA \"" + certificate.getIssuerX500Principal().getName() + "\" with another key");
        }
    }

    @Override
    public boolean hasState() throws IOException {
        return Files.exists(places.kubelet()) || !held().equals(ClusterIdentity.NONE);
    }

    @Override
    public void join(ClusterIdentity cluster) throws IOException {
        ConfigFile.write(places.note(), TOKEN + cluster.etcdToken() + "\n" + CA + cluster.kubernetesCa() + "\n");
    }

    @Override
    public void leave() throws IOException {
        DurableFile.delete(places.note());
    }
}
