package dev.garboard.agent.kubernetes;

import java.nio.file.Path;

/** Where the node's part of a cluster lies. Below /run is what each boot makes anew, below /var/lib what a disk would keep. */
public final class NodePaths {

    /** Everything that the agent writes for Kubernetes and that is made anew at each start. */
    public static final Path RUN = Path.of("/run/garboard/kubernetes");

    /** Each bundle is mounted below it, under its name. */
    public static final Path BUNDLES = RUN.resolve("bundles");

    /** Leads to the bundle in use: for workloads of the cluster, whose nodes may have different ones during an upgrade. */
    public static final Path BUNDLE = RUN.resolve("bundle");

    /** Manifests of the static pods, read by the kubelet. */
    public static final Path MANIFESTS = RUN.resolve("manifests");

    /** The CA of the API server, for kubelets and whoever else calls it. */
    public static final Path KUBERNETES_CA = RUN.resolve("kubernetes-ca.crt");

    static final Path CONTAINERD_CONFIG = RUN.resolve("containerd.toml");
    static final Path REGISTRIES = RUN.resolve("registries");

    /** The image's /etc/cni/net.d leads here: where those write who connect pods. */
    static final Path CNI = RUN.resolve("cni");

    /** The image's /opt/cni/bin leads here: plugins that workloads of the cluster bring. */
    static final Path CNI_PLUGINS = Path.of("/var/lib/cni/bin");

    static final Path KUBELET_CONFIG = RUN.resolve("kubelet.yaml");
    public static final Path CONTAINERD_SOCKET = Path.of("/run/containerd/containerd.sock");

    /** Files of bundles; with a disk they are fetched once. */
    static final Path BUNDLE_FILES = Path.of("/var/lib/garboard/bundles");

    /** The orders of the server that were carried out. */
    public static final Path ORDERS = Path.of("/var/lib/garboard/orders");

    /** Which cluster this node has a part in. */
    public static final Path CLUSTER = Path.of("/var/lib/garboard/cluster");

    static final Path CONTAINERD = Path.of("/var/lib/containerd");
    static final Path KUBELET = Path.of("/var/lib/kubelet");
    static final Path KUBELET_PKI = KUBELET.resolve("pki");
    /** The kubelet's certificate with its key, which it renews itself. */
    public static final Path KUBELET_CLIENT = KUBELET_PKI.resolve("kubelet-client-current.pem");

    static final Path KUBELET_KUBECONFIG = KUBELET.resolve("kubeconfig");

    private NodePaths() {}
}
