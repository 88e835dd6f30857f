package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is declared of one Kubernetes cluster.
 *
 * @param version of Kubernetes, for example {@code 1.37.2}; a bundle of it must have been imported
 * @param podCidr addresses of pods; each node gets a /24 of it
 * @param serviceCidr addresses of services
 * @param clusterDomain DNS suffix of services
 * @param podNetwork who connects the pods
 * @param endpoint {@code host:port} under which people reach the API; null means that of a control-plane node
 */
public record ClusterSpec(
        String version,
        ControlPlane controlPlane,
        @Default("{}") Workers workers,
        @Default("10.244.0.0/16") String podCidr,
        @Default("10.96.0.0/16") String serviceCidr,
        @Default("cluster.local") String clusterDomain,
        @Default("Bridge") PodNetwork podNetwork,
        @Nullable String endpoint) {

    /** Set to {@code true} on a cluster by whoever gives its state up that cannot be saved any more. */
    public static final String WITHOUT_SNAPSHOT_ANNOTATION = "garboard.dev/delete-without-snapshot";

    /** Who connects the pods. In JSON {@code Bridge}, {@code None}. */
    public enum PodNetwork {
        /** The agents: a bridge on each node, and a route to each other node. */
        BRIDGE,
        /** Workloads that somebody applies to the cluster; nodes are not ready before. */
        NONE
    }

    /** A cluster of that version with the usual networks. */
    public static ClusterSpec of(String version, Map<String, String> controlPlanes, Map<String, String> workers) {
        return new ClusterSpec(
                version,
                new ControlPlane(controlPlanes, false),
                new Workers(workers),
                "10.244.0.0/16",
                "10.96.0.0/16",
                "cluster.local",
                PodNetwork.BRIDGE,
                null);
    }

    public ClusterSpec withVersion(String newVersion) {
        return new ClusterSpec(
                newVersion, controlPlane, workers, podCidr, serviceCidr, clusterDomain, podNetwork, endpoint);
    }

    public ClusterSpec withNetworks(String pods, String services) {
        return new ClusterSpec(version, controlPlane, workers, pods, services, clusterDomain, podNetwork, endpoint);
    }

    /**
     * The machines that run etcd and the API.
     *
     * @param selector labels that such a machine has, all of them
     * @param schedulable whether ordinary pods may run there as well
     */
    public record ControlPlane(
            Map<String, String> selector, @Default("false") boolean schedulable) {
        public ControlPlane {
            selector = Map.copyOf(selector);
        }
    }

    /**
     * The machines that run pods.
     *
     * @param selector labels that such a machine has, all of them; empty means that there are no workers
     */
    public record Workers(Map<String, String> selector) {
        public Workers {
            selector = Map.copyOf(selector);
        }
    }
}
