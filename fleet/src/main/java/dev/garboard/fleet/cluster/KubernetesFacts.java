package dev.garboard.fleet.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen of the cluster through its own API.
 *
 * @param answering machines whose API server says that it is ready
 * @param reachable whether the list of nodes could be read; without it {@code nodes} says nothing
 * @param nodes by name
 * @param trouble why the API could not be asked; empty when it could
 * @param refusedRequest why a certificate was not issued to a kubelet; empty when none was refused
 */
record KubernetesFacts(
        Set<String> answering, boolean reachable, Map<String, NodeFacts> nodes, String trouble, String refusedRequest) {

    KubernetesFacts {
        answering = Set.copyOf(answering);
        nodes = Map.copyOf(nodes);
    }

    /** Nothing was seen yet. */
    static KubernetesFacts unknown() {
        return new KubernetesFacts(Set.of(), false, Map.of(), "", "");
    }

    Optional<NodeFacts> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    /**
     * One node as Kubernetes sees it.
     *
     * @param kubeletVersion for example {@code v1.37.2}
     * @param message why it is not ready; empty when it is
     */
    record NodeFacts(boolean ready, String kubeletVersion, String message) {}
}
