package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import java.util.Optional;

/** The agents of machines, as the server asks them by itself and not on behalf of a person. */
@FunctionalInterface
public interface NodeCalls {

    /** The Kubernetes part of a machine's API; empty when it is not connected. The caller sets a deadline. */
    Optional<KubernetesServiceBlockingV2Stub> to(String machine);
}
