package dev.garboard.fleet.cluster;

import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.KubeletRequest;
import dev.garboard.nodeconfig.HostPort;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the server asks of a cluster through one of its API servers. Every method blocks, and throws
 * {@link dev.garboard.kubernetes.api.KubernetesException} when the API refuses or does not answer.
 */
interface ClusterApi extends AutoCloseable {

    /** Why the API server is not ready; empty when it is. Never throws. */
    String trouble();

    /** All nodes, by name. */
    Map<String, KubernetesNode> nodes();

    /**
     * Gives a node labels and taints.
     *
     * @param taints all that it is to have; null leaves them alone, because Kubernetes writes some itself
     */
    void mark(String node, Map<String, String> labels, @Nullable List<KubernetesNode.Taint> taints);

    /** Makes a token valid, for one machine and until then. */
    void validate(BootstrapToken token, String machine, Instant until);

    /** Ends all tokens of a machine. */
    void endTokens(String machine);

    /** The machine that a token was made for. */
    Optional<String> machineOf(String tokenId);

    /** Requests of kubelets that nobody decided yet. */
    List<KubeletRequest> openRequests();

    /** Decides a request. */
    void decide(KubeletRequest request, boolean approve, String reason);

    /** Takes no more pods onto a node, and asks those on it to go; how far that is. */
    Drain drain(String node, Ownerless ownerless);

    /** Lets pods onto a node again. */
    void uncordon(String node);

    /** Pods on these nodes that nobody would start again elsewhere. */
    List<String> ownerlessPods(Set<String> nodes);

    /** APIs that were used since this API server started, and that will go. */
    List<DeprecatedApi> deprecatedApis();

    /** How many clients follow the EndpointSlices of this API server. */
    int endpointWatches();

    /** What the add-ons of a version still wait for; empty when they are all there. */
    String troubleWithAddOns(String version);

    /** What becomes of pods that nobody would start again. */
    enum Ownerless {
        GO,
        /** Somebody must decide. */
        STAY
    }

    /** Removes a node. */
    void remove(String node);

    @Override
    void close();

    /** Connects to API servers. */
    @FunctionalInterface
    interface Connector {
        ClusterApi connect(HostPort server, ClusterKeys keys);
    }
}
