package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.Kubelet;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * KubeletConfiguration (kubelet.config.k8s.io/v1beta1) as JSON, which is YAML. The fields are the same in all supported minor
 * versions (1.36, 1.37); {@link KubernetesVersion} refuses the others.
 */
final class KubeletConfig {

    private static final int HEALTH_PORT = 10248;

    private KubeletConfig() {}

    /**
     * The file's text.
     *
     * @param cgroup2 whether the host has cgroups of version 2; 1.35 and later refuse others unless they are told not to
     */
    static String text(Kubelet document, KubernetesVersion version, boolean cgroup2) {
        var config = JsonNodeFactory.instance.objectNode();
        config.put("apiVersion", "kubelet.config.k8s.io/v1beta1").put("kind", "KubeletConfiguration");
        config.put("staticPodPath", NodePaths.MANIFESTS.toString());
        config.put("containerRuntimeEndpoint", "unix://" + NodePaths.CONTAINERD_SOCKET);
        config.put("cgroupDriver", "cgroupfs");
        config.put("failCgroupV1", cgroup2);
        config.put("failSwapOn", false);
        config.put("resolvConf", "/run/resolv.conf");
        config.put("clusterDomain", document.clusterDomain());
        config.putArray("clusterDNS").add(document.clusterDns().getHostAddress());
        config.put(
                "volumePluginDir", NodePaths.KUBELET.resolve("volume-plugins").toString());
        config.put("healthzBindAddress", "127.0.0.1").put("healthzPort", HEALTH_PORT);
        certificates(config);
        eviction(config);
        var taints = config.putArray("registerWithTaints");
        document.taints()
                .forEach(taint -> taints.addObject()
                        .put("key", taint.key())
                        .put("value", taint.value())
                        .put("effect", taint.effect()));
        if (document.maxPods() != null) {
            config.put("maxPods", document.maxPods());
        }
        // 10 s would leave a node that starts NotReady until the next look at its network.
        config.put("nodeStatusUpdateFrequency", "5s");
        config.put("shutdownGracePeriod", "0s");
        return config.toPrettyString() + "\n";
    }

    private static void certificates(ObjectNode config) {
        config.put("rotateCertificates", true);
        config.put("serverTLSBootstrap", true);
        var authentication = config.putObject("authentication");
        authentication.putObject("anonymous").put("enabled", false);
        authentication.putObject("webhook").put("enabled", true);
        authentication.putObject("x509").put("clientCAFile", NodePaths.KUBERNETES_CA.toString());
        config.putObject("authorization").put("mode", "Webhook");
    }

    /** A node's root lies in RAM: the defaults of 10 and 15 % would evict from a disk that is as good as empty. */
    private static void eviction(ObjectNode config) {
        config.putObject("evictionHard")
                .put("memory.available", "50Mi")
                .put("nodefs.available", "1%")
                .put("nodefs.inodesFree", "1%")
                .put("imagefs.available", "1%")
                .put("imagefs.inodesFree", "1%");
        // 5 minutes would keep pods away from a node that has had room again for long.
        config.put("evictionPressureTransitionPeriod", "1m");
    }
}
