package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the agent of a node says of its part of the cluster, asked just now.
 *
 * @param kubernetes null when it did not answer
 * @param etcd null when it has no member, or did not answer
 * @param trouble why it did not answer; empty when it did
 */
record NodeSaid(
        @Nullable KubernetesStatusResponse kubernetes,
        @Nullable EtcdStatusResponse etcd,
        String trouble) {

    static final String API_SERVER = "kube-apiserver";

    /** What a control plane consists of. What runs inside the cluster, such as its name service, may be away while nodes change. */
    private static final Set<String> OF_THE_NODE =
            Set.of(API_SERVER, "kube-controller-manager", "kube-scheduler", "etcd", "containerd", "kubelet");

    /** Why it is not what a control plane of that version should be; empty when it is. */
    String troubleAs(String version) {
        var unhealthy = troubleWithControlPlane();
        if (!unhealthy.isEmpty()) {
            return unhealthy;
        }
        var found = apiVersion().orElse("unknown");
        return found.equals("v" + version) ? "" : "its API server is " + found + ", not yet v" + version;
    }

    /** Why its programs do not all work, whatever their version; empty when they do. */
    String troubleWithControlPlane() {
        if (kubernetes == null || etcd == null) {
            return trouble.isEmpty() ? "its agent says nothing of its control plane" : trouble;
        }
        var sick = kubernetes.getComponentsList().stream()
                .filter(component -> !component.getHealthy() && OF_THE_NODE.contains(component.getName()))
                .map(component -> component.getName() + ": " + component.getMessage())
                .collect(Collectors.joining("; "));
        return sick.isEmpty() ? troubleWithEtcd(etcd) : sick;
    }

    private static String troubleWithEtcd(EtcdStatusResponse etcd) {
        if (etcd.getLearner()) {
            return "its member of etcd does not vote yet";
        }
        if (etcd.getLeaderId().isEmpty()) {
            return "its member of etcd knows no leader";
        }
        return String.join("; ", etcd.getErrorsList());
    }

    /** Whether its member is the one that all writes of etcd go through. */
    boolean leadsEtcd() {
        return etcd != null
                && !etcd.getMemberId().isEmpty()
                && etcd.getMemberId().equals(etcd.getLeaderId());
    }

    /** What its API server says of itself, for example {@code v1.37.2}. */
    Optional<String> apiVersion() {
        return kubernetes == null
                ? Optional.empty()
                : kubernetes.getComponentsList().stream()
                        .filter(component -> component.getName().equals(API_SERVER))
                        .map(KubernetesComponent::getVersion)
                        .filter(version -> !version.isEmpty())
                        .findFirst();
    }
}
