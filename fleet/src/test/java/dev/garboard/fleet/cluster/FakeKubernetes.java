package dev.garboard.fleet.cluster;

import dev.garboard.inventory.Inventory;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.KubeletRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A Kubernetes that a test is: it says which nodes there are, and remembers what it was asked. */
public final class FakeKubernetes implements ClusterApi, Bundles {

    private static final Bundle BUNDLE = new Bundle(
            "kubernetes-1.37.2",
            KubernetesVersion.parse("1.37.2"),
            URI.create("http://127.0.0.1/bundles/kubernetes-1.37.2"),
            "0".repeat(64),
            100L << 20);

    /** Whether the API servers answer. */
    public volatile boolean answers;

    /** The secret parts of the valid tokens, by machine. */
    public final ConcurrentMap<String, String> tokens = new ConcurrentHashMap<>();

    /** The labels of the nodes, by name. */
    public final ConcurrentMap<String, Map<String, String>> labels = new ConcurrentHashMap<>();

    /** What was decided of requests, by their name: empty when approved, else the reason. */
    public final ConcurrentMap<String, String> decisions = new ConcurrentHashMap<>();

    /** Requests that nobody decided. */
    public final List<KubeletRequest> requests = new CopyOnWriteArrayList<>();

    /** What keeps a pod on a node, by the node's name; empty when it takes its time. */
    public final ConcurrentMap<String, String> budgets = new ConcurrentHashMap<>();

    /** The nodes that were deleted, in order, and whatever a test writes there. */
    public final List<String> done = new CopyOnWriteArrayList<>();

    /** Taints that nodes were given, by their names; not there while they are left alone. */
    public final ConcurrentMap<String, List<KubernetesNode.Taint>> taints = new ConcurrentHashMap<>();

    /** Which nodes were to be emptied or opened again, in order, for example {@code drain w1 STAY}. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    /** How many clients follow the EndpointSlices here. */
    public volatile int watches;

    /** What the add-ons wait for. */
    public volatile String addOns = "";

    /** What every question about watches and add-ons is answered with, if anything. */
    public volatile @Nullable KubernetesException refusal;

    private final ConcurrentMap<String, KubernetesNode> nodes = new ConcurrentHashMap<>();

    /** Brings clusters on against this. */
    public Clusters clusters(Inventory inventory, Path keyFile) {
        return Clusters.start(
                new Clusters.Parts(
                        inventory, this, keyFile, keyFile.resolveSibling("snapshots"), InstantSource.system()),
                (server, keys) -> this);
    }

    /** A kubelet has registered its node, which is ready. */
    public void registers(String name) {
        nodes.put(name, new KubernetesNode(name, true, "v1.37.2", "", Map.of(), List.of(), false));
    }

    @Override
    public Optional<Bundle> ofVersion(KubernetesVersion version) {
        return named(BUNDLE.name()).filter(bundle -> bundle.version().equals(version));
    }

    @Override
    public Optional<Bundle> named(String name) {
        return Optional.of(BUNDLE).filter(bundle -> bundle.name().equals(name));
    }

    @Override
    public String trouble() {
        return answers ? "" : "connection refused";
    }

    @Override
    public Map<String, KubernetesNode> nodes() {
        return Map.copyOf(nodes);
    }

    @Override
    public void mark(String node, Map<String, String> newLabels, @Nullable List<KubernetesNode.Taint> taints) {
        labels.put(node, newLabels);
        if (taints != null) {
            this.taints.put(node, taints);
        }
        nodes.computeIfPresent(
                node,
                (name, known) -> new KubernetesNode(
                        name,
                        known.ready(),
                        known.kubeletVersion(),
                        known.message(),
                        newLabels,
                        taints == null ? known.taints() : taints,
                        known.cordoned()));
    }

    @Override
    public void validate(BootstrapToken token, String machine, Instant until) {
        tokens.put(machine, token.text());
    }

    @Override
    public void endTokens(String machine) {
        tokens.remove(machine);
    }

    @Override
    public Optional<String> machineOf(String tokenId) {
        return tokens.entrySet().stream()
                .filter(token -> token.getValue().startsWith(tokenId + "."))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @Override
    public List<KubeletRequest> openRequests() {
        return requests.stream()
                .filter(request -> !decisions.containsKey(request.name()))
                .toList();
    }

    @Override
    public void decide(KubeletRequest request, boolean approve, String reason) {
        decisions.put(request.name(), approve ? "" : reason);
    }

    @Override
    public Drain drain(String node, Ownerless ownerless) {
        asked.add("drain " + node + " " + ownerless);
        var budget = budgets.get(node);
        if (budget == null) {
            return new Drain(0, List.of());
        }
        return new Drain(1, budget.isEmpty() ? List.of() : List.of(budget));
    }

    @Override
    public void uncordon(String node) {
        asked.add("uncordon " + node);
    }

    @Override
    public List<String> ownerlessPods(Set<String> names) {
        return List.of();
    }

    @Override
    public List<DeprecatedApi> deprecatedApis() {
        return List.of();
    }

    @Override
    public int endpointWatches() {
        refuse();
        return watches;
    }

    private void refuse() {
        var answer = refusal;
        if (answer != null) {
            throw answer;
        }
    }

    @Override
    public String troubleWithAddOns(String version) {
        refuse();
        return addOns;
    }

    @Override
    public void remove(String node) {
        nodes.remove(node);
        done.add("node " + node);
    }

    @Override
    public void close() {}
}
