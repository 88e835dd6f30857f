package dev.garboard.fleet.cluster;

import java.util.List;
import java.util.Map;

/**
 * A node as Kubernetes has it.
 *
 * @param message why it is not ready; empty when it is
 * @param cordoned whether it takes no more pods
 */
record KubernetesNode(
        String name,
        boolean ready,
        String kubeletVersion,
        String message,
        Map<String, String> labels,
        List<Taint> taints,
        boolean cordoned) {

    KubernetesNode {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
    }

    /** Keeps pods away that do not tolerate it. */
    record Taint(String key, String value, String effect) {}
}
