package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.ConfigFile;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.ClusterSecrets;
import dev.garboard.kubernetes.pki.Kubeconfig;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.trust.Authority;
import dev.garboard.trust.CertificateProfile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files that the control plane's programs read: authorities, certificates, kubeconfigs. */
final class ControlPlaneFiles {

    static final String AUTHENTICATION = "authentication.json";

    /** Nobody without a name gets further than the health of the server, which the kubelet asks for. */
    private static final String AUTHENTICATION_TEXT = """
        {
          "apiVersion": "apiserver.config.k8s.io/v1",
          "kind": "AuthenticationConfiguration",
          "anonymous": {
            "enabled": true,
            "conditions": [{"path": "/livez"}, {"path": "/readyz"}, {"path": "/healthz"}]
          }
        }
        """;

    static final String ADMISSION = "admission.json";

    /**
     * What pods may ask of their node where their namespace does not say otherwise by its label {@code pod-security.kubernetes.io/enforce}:
     * nothing that gives it away. Only kube-system is exempt, in which nobody but an admin may make pods. The API server reads it when it
     * starts and not again; it starts with the node.
     */
    static final String ADMISSION_TEXT = """
        {
          "apiVersion": "apiserver.config.k8s.io/v1",
          "kind": "AdmissionConfiguration",
          "plugins": [{
            "name": "PodSecurity",
            "configuration": {
              "apiVersion": "pod-security.admission.config.k8s.io/v1",
              "kind": "PodSecurityConfiguration",
              "defaults": {
                "enforce": "baseline", "enforce-version": "latest",
                "audit": "baseline", "audit-version": "latest",
                "warn": "baseline", "warn-version": "latest"
              },
              "exemptions": {"usernames": [], "runtimeClasses": [], "namespaces": ["kube-system"]}
            }
          }]
        }
        """;

    private final Path pki;
    private final ControlPlane document;
    private final ClusterKeys keys;

    ControlPlaneFiles(Path pki, ControlPlane document, ClusterKeys keys) {
        this.pki = pki;
        this.document = document;
        this.keys = keys;
    }

    /** The certificates that are made on the node. */
    List<LeafFile> leafs(String nodeName) {
        return List.of(
                leaf("apiserver", keys.kubernetes(), LeafCertificates.apiServer(document, nodeName)),
                leaf("apiserver-kubelet-client", keys.kubernetes(), LeafCertificates.apiServerKubeletClient()),
                leaf("apiserver-etcd-client", keys.etcd(), LeafCertificates.apiServerEtcdClient()),
                leaf("front-proxy-client", keys.frontProxy(), LeafCertificates.frontProxyClient()),
                leaf("controller-manager", keys.kubernetes(), LeafCertificates.controllerManager()),
                leaf(
                        "controller-manager-server",
                        keys.kubernetes(),
                        LeafCertificates.loopbackServer("kube-controller-manager")),
                leaf("scheduler", keys.kubernetes(), LeafCertificates.scheduler()),
                leaf("scheduler-server", keys.kubernetes(), LeafCertificates.loopbackServer("kube-scheduler")));
    }

    /** Writes everything but the certificates that are made on the node. */
    void write() throws IOException {
        for (var file : keys.pem().entrySet()) {
            // The node's own member of etcd brings the only other use of that key.
            if (!file.getKey().equals(ClusterSecrets.ETCD_CA_KEY)
                    && !file.getKey().equals(ClusterSecrets.FRONT_PROXY_CA_KEY)) {
                ConfigFile.write(pki.resolve(file.getKey()), file.getValue());
            }
        }
        ConfigFile.write(pki.resolve(AUTHENTICATION), AUTHENTICATION_TEXT);
        ConfigFile.write(pki.resolve(ADMISSION), ADMISSION_TEXT);
        writeKubeconfig("controller-manager", "system-kube-controller-manager");
        writeKubeconfig("scheduler", "system-kube-scheduler");
    }

    /** Takes all of it away. */
    static void delete(Path pki) throws IOException {
        if (Files.isDirectory(pki)) {
            List<Path> files;
            try (var list = Files.list(pki)) {
                files = list.filter(file -> !file.getFileName().toString().startsWith("etcd"))
                        .toList();
            }
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void writeKubeconfig(String name, String user) throws IOException {
        // Each talks to the API server beside it: during an upgrade no controller may be newer than its server.
        var server = URI.create("https://127.0.0.1:" + document.apiServerPort());
        ConfigFile.write(
                pki.resolve(name + ".kubeconfig"),
                Kubeconfig.withFiles(
                        document.clusterName(),
                        user,
                        server,
                        pki.resolve(ClusterSecrets.KUBERNETES_CA_CERTIFICATE),
                        pki.resolve(name + ".crt"),
                        pki.resolve(name + ".key")));
    }

    private LeafFile leaf(String name, Authority authority, CertificateProfile profile) {
        return new LeafFile(pki, name, authority, profile);
    }
}
