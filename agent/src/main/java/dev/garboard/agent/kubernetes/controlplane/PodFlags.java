package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.ControlPlane;
import java.nio.file.Path;
import java.util.List;

/** The flags of the control plane's three programs, per minor version of Kubernetes. */
final class PodFlags {

    private PodFlags() {}

    /**
     * Refuses a minor version whose flags are not known. Those below are the same in 1.36 and 1.37: what changed between them is not used.
     *
     * @throws IllegalArgumentException with the versions that are known
     */
    static void requireKnown(KubernetesVersion version) {
        switch (version.minorVersion()) {
            case "1.36", "1.37" -> {}
            default ->
                throw new IllegalArgumentException("this agent does not know the control plane's flags of Kubernetes "
                        + version + "; it knows " + String.join(" and ", KubernetesVersion.SUPPORTED));
        }
    }

    static List<String> apiServer(ControlPlane document, Path pki) {
        return List.of(
                "--admission-control-config-file=" + pki.resolve(ControlPlaneFiles.ADMISSION),
                "--advertise-address=" + document.advertiseAddress().getHostAddress(),
                "--allow-privileged=true",
                "--authentication-config=" + pki.resolve(ControlPlaneFiles.AUTHENTICATION),
                "--authorization-mode=Node,RBAC",
                "--bind-address=0.0.0.0",
                "--client-ca-file=" + pki.resolve("kubernetes-ca.crt"),
                // Who may make services in one namespace could else take any address, as nodes and pods see it, for one
                // of them (CVE-2020-8554).
                "--enable-admission-plugins=DenyServiceExternalIPs,NodeRestriction",
                "--enable-bootstrap-token-auth=true",
                "--etcd-cafile=" + pki.resolve("etcd-ca.crt"),
                "--etcd-certfile=" + pki.resolve("apiserver-etcd-client.crt"),
                "--etcd-keyfile=" + pki.resolve("apiserver-etcd-client.key"),
                "--etcd-servers=https://127.0.0.1:" + EtcdClient.PORT,
                "--kubelet-certificate-authority=" + pki.resolve("kubernetes-ca.crt"),
                "--kubelet-client-certificate=" + pki.resolve("apiserver-kubelet-client.crt"),
                "--kubelet-client-key=" + pki.resolve("apiserver-kubelet-client.key"),
                "--kubelet-preferred-address-types=InternalIP,Hostname",
                "--profiling=false",
                "--proxy-client-cert-file=" + pki.resolve("front-proxy-client.crt"),
                "--proxy-client-key-file=" + pki.resolve("front-proxy-client.key"),
                "--requestheader-allowed-names=front-proxy-client",
                "--requestheader-client-ca-file=" + pki.resolve("front-proxy-ca.crt"),
                "--requestheader-extra-headers-prefix=X-Remote-Extra-",
                "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-username-headers=X-Remote-User",
                "--secure-port=" + document.apiServerPort(),
                "--service-account-issuer=https://kubernetes.default.svc." + document.clusterDomain(),
                "--service-account-key-file=" + pki.resolve("service-account.pub"),
                "--service-account-signing-key-file=" + pki.resolve("service-account.key"),
                "--service-cluster-ip-range=" + document.serviceCidr(),
                "--tls-cert-file=" + pki.resolve("apiserver.crt"),
                "--tls-min-version=VersionTLS12",
                "--tls-private-key-file=" + pki.resolve("apiserver.key"));
    }

    static List<String> controllerManager(ControlPlane document, Path pki) {
        var kubeconfig = pki.resolve("controller-manager.kubeconfig");
        return List.of(
                "--allocate-node-cidrs=false",
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=127.0.0.1",
                "--client-ca-file=" + pki.resolve("kubernetes-ca.crt"),
                "--cluster-name=" + document.clusterName(),
                "--cluster-signing-cert-file=" + pki.resolve("kubernetes-ca.crt"),
                "--cluster-signing-duration=2160h",
                "--cluster-signing-key-file=" + pki.resolve("kubernetes-ca.key"),
                "--controllers=*,token-cleaner-controller",
                // With the usual 20 a second its controllers wait five seconds for each other at the start, and who
                // joins
                // waits for the one that signs certificates.
                "--kube-api-burst=200",
                "--kube-api-qps=100",
                "--kubeconfig=" + kubeconfig,
                "--leader-elect=true",
                "--profiling=false",
                "--requestheader-client-ca-file=" + pki.resolve("front-proxy-ca.crt"),
                "--root-ca-file=" + pki.resolve("kubernetes-ca.crt"),
                "--service-account-private-key-file=" + pki.resolve("service-account.key"),
                "--service-cluster-ip-range=" + document.serviceCidr(),
                "--tls-cert-file=" + pki.resolve("controller-manager-server.crt"),
                "--tls-private-key-file=" + pki.resolve("controller-manager-server.key"),
                "--use-service-account-credentials=true");
    }

    static List<String> scheduler(Path pki) {
        var kubeconfig = pki.resolve("scheduler.kubeconfig");
        return List.of(
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=127.0.0.1",
                "--client-ca-file=" + pki.resolve("kubernetes-ca.crt"),
                "--kubeconfig=" + kubeconfig,
                "--leader-elect=true",
                "--profiling=false",
                "--requestheader-client-ca-file=" + pki.resolve("front-proxy-ca.crt"),
                "--tls-cert-file=" + pki.resolve("scheduler-server.crt"),
                "--tls-private-key-file=" + pki.resolve("scheduler-server.key"));
    }
}
