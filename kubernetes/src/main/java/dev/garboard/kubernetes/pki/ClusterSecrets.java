package dev.garboard.kubernetes.pki;

/** Names of the secrets that node documents refer to, as the server sends them. */
public final class ClusterSecrets {

    public static final String KUBERNETES_CA_CERTIFICATE = "kubernetes-ca.crt";
    public static final String KUBERNETES_CA_KEY = "kubernetes-ca.key";
    public static final String ETCD_CA_CERTIFICATE = "etcd-ca.crt";
    public static final String ETCD_CA_KEY = "etcd-ca.key";
    public static final String FRONT_PROXY_CA_CERTIFICATE = "front-proxy-ca.crt";
    public static final String FRONT_PROXY_CA_KEY = "front-proxy-ca.key";
    public static final String SERVICE_ACCOUNT_KEY = "service-account.key";
    public static final String SERVICE_ACCOUNT_PUBLIC_KEY = "service-account.pub";
    /** What a kubelet joins with; see {@link BootstrapToken}. */
    public static final String BOOTSTRAP_TOKEN = "bootstrap-token";

    private ClusterSecrets() {}
}
