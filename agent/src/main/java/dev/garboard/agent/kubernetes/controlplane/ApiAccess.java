package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.Kubeconfig;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.trust.Role;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;

/** Issues credentials for the cluster's API: short ones for the agent itself, and those of people by their role. */
record ApiAccess(ControlPlane document, ClusterKeys keys, InstantSource clock) {

    private static final Duration OWN = Duration.ofHours(1);

    /** A client of the API server on this node. */
    KubernetesClient client() {
        return client(document.apiServerPort());
    }

    /** A client of a program of the control plane on this node. */
    KubernetesClient client(int port) {
        return KubernetesClient.of(
                URI.create("https://127.0.0.1:" + port),
                keys.kubernetes().certificate(),
                keys.kubernetes().issue(LeafCertificates.master("garboard-agent"), OWN, clock.instant()));
    }

    /** A kubeconfig for a person, in the group that stands for the role. */
    String kubeconfig(String person, Role role, Duration validity) {
        var identity = keys.kubernetes().issue(LeafCertificates.person(person, role), validity, clock.instant());
        return Kubeconfig.withIdentity(
                document.clusterName(),
                plain(person),
                URI.create("https://" + document.endpoint()),
                keys.kubernetes().certificatePem(),
                identity);
    }

    /** The name within the file is only a label; the certificate has the real one. */
    private static String plain(String person) {
        var plain = person.replaceAll("[^A-Za-z0-9@._-]", "-");
        return plain.matches("[A-Za-z].*") ? plain.substring(0, Math.min(64, plain.length())) : "garboard";
    }
}
