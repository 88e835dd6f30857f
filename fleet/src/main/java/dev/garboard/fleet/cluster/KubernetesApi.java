package dev.garboard.fleet.cluster;

import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.api.ObjectPath;
import dev.garboard.kubernetes.document.HostPort;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.KubeletRequest;
import dev.garboard.kubernetes.pki.LeafCertificates;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A cluster's API over HTTPS, with a certificate of the cluster's own authority that lives in memory only. */
final class KubernetesApi implements ClusterApi {

    private static final Logger log = LoggerFactory.getLogger(KubernetesApi.class);

    /** Longer than any connection is kept. */
    private static final Duration VALIDITY = Duration.ofHours(12);

    private static final String NAME = "garboard-server";
    /** Which machine a token was made for. */
    private static final String MACHINE = "garboard.dev/machine";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectPath NODE = ObjectPath.all("v1", "nodes");
    private static final ObjectPath PODS = ObjectPath.all("v1", "pods");
    private static final ObjectPath SECRETS = ObjectPath.in(BootstrapToken.NAMESPACE, "v1", "secrets");
    private static final int TOO_MANY_REQUESTS = 429;
    private static final ObjectPath REQUESTS = ObjectPath.all("certificates.k8s.io/v1", "certificatesigningrequests");

    private final KubernetesClient client;
    private final InstantSource clock;

    private KubernetesApi(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** How long a connection may be kept before its certificate ends. */
    static Duration keptFor() {
        return VALIDITY.dividedBy(2);
    }

    static ClusterApi connect(HostPort server, ClusterKeys keys, InstantSource clock) {
        var identity = keys.kubernetes().issue(LeafCertificates.master(NAME), VALIDITY, clock.instant());
        return new KubernetesApi(
                KubernetesClient.of(
                        URI.create("https://" + server), keys.kubernetes().certificate(), identity),
                clock);
    }

    @Override
    public String trouble() {
        var health = client.health("/readyz");
        // A server that is not ready lists all its checks, and marks those that failed.
        return health.ok()
                ? ""
                : health.text()
                        .lines()
                        .filter(line -> line.startsWith("[-]"))
                        .findFirst()
                        .or(() -> health.text().lines().findFirst())
                        .orElse("not ready");
    }

    @Override
    public Map<String, KubernetesNode> nodes() {
        var nodes = new TreeMap<String, KubernetesNode>();
        client.list(NODE, Map.of()).forEach(node -> {
            var read = node(node);
            nodes.put(read.name(), read);
        });
        return nodes;
    }

    private static KubernetesNode node(ObjectNode node) {
        var ready = false;
        var message = "the kubelet has not said yet how it is";
        for (var condition : node.path("status").path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")) {
                ready = condition.path("status").asString("").equals("True");
                message = condition.path("message").asString("");
            }
        }
        var labels = new LinkedHashMap<String, String>();
        node.path("metadata")
                .path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString("")));
        var taints = new ArrayList<KubernetesNode.Taint>();
        for (var taint : node.path("spec").path("taints")) {
            taints.add(new KubernetesNode.Taint(
                    taint.path("key").asString(""),
                    taint.path("value").asString(""),
                    taint.path("effect").asString("")));
        }
        return new KubernetesNode(
                node.path("metadata").path("name").asString(""),
                ready,
                node.path("status").path("nodeInfo").path("kubeletVersion").asString(""),
                ready ? "" : message,
                labels,
                taints);
    }

    @Override
    public void mark(String node, Map<String, String> labels, @Nullable List<KubernetesNode.Taint> taints) {
        var patch = NODES.objectNode();
        var metadata = patch.putObject("metadata").putObject("labels");
        labels.forEach(metadata::put);
        if (taints != null) {
            var list = patch.putObject("spec").putArray("taints");
            taints.forEach(taint -> list.addObject()
                    .put("key", taint.key())
                    .put("value", taint.value())
                    .put("effect", taint.effect()));
        }
        client.patch(NODE, node, patch);
    }

    @Override
    public void validate(BootstrapToken token, String machine, Instant until) {
        var secret = token.manifest("lets machine " + machine + " join", until);
        if (secret.path("metadata") instanceof ObjectNode metadata) {
            metadata.putObject("labels").put(MACHINE, machine);
        }
        client.create(secret);
    }

    @Override
    public void endTokens(String machine) {
        for (var secret : client.list(SECRETS, Map.of("labelSelector", MACHINE + "=" + machine))) {
            forget(SECRETS, secret.path("metadata").path("name").asString(""));
        }
    }

    @Override
    public Optional<String> machineOf(String tokenId) {
        try {
            var secret = client.get(SECRETS, "bootstrap-token-" + tokenId);
            return Optional.of(
                            secret.path("metadata").path("labels").path(MACHINE).asString(""))
                    .filter(machine -> !machine.isEmpty());
        } catch (KubernetesException refused) {
            if (refused.isNotFound()) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    @Override
    public List<KubeletRequest> openRequests() {
        var open = new ArrayList<KubeletRequest>();
        for (var request : client.list(REQUESTS, Map.of())) {
            var signer = request.path("spec").path("signerName").asString("");
            if ((signer.equals(KubeletRequest.SERVING) || signer.equals(KubeletRequest.CLIENT))
                    && request.path("status").path("conditions").isEmpty()) {
                try {
                    open.add(KubeletRequest.of(request));
                } catch (IllegalArgumentException malformed) {
                    // Kubernetes takes none that it cannot read; one that we cannot read stays undecided.
                    log.atWarn().setCause(malformed).log("a request of a kubelet cannot be read");
                }
            }
        }
        return open;
    }

    @Override
    public void decide(KubeletRequest request, boolean approve, String reason) {
        var object = client.get(REQUESTS, request.name());
        object.put("apiVersion", "certificates.k8s.io/v1").put("kind", "CertificateSigningRequest");
        object.withObject("status")
                .withArray("conditions")
                .addObject()
                .put("type", approve ? "Approved" : "Denied")
                .put("status", "True")
                .put("reason", approve ? "MatchesTheMachine" : "DoesNotMatchTheMachine")
                .put("message", reason)
                .put(
                        "lastUpdateTime",
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        client.replace(object, "approval");
    }

    @Override
    public Drain drain(String node) {
        client.patch(
                NODE, node, NODES.objectNode().set("spec", NODES.objectNode().put("unschedulable", true)));
        int left = 0;
        var refused = new ArrayList<String>();
        for (var pod : client.list(PODS, Map.of("fieldSelector", "spec.nodeName=" + node))) {
            if (!staysWithTheNode(pod)) {
                left++;
                evict(pod).ifPresent(refused::add);
            }
        }
        return new Drain(left, refused);
    }

    /** Pods of a DaemonSet come back at once, mirror pods are the node's own, and finished ones hold nothing up. */
    private static boolean staysWithTheNode(JsonNode pod) {
        for (var owner : pod.path("metadata").path("ownerReferences")) {
            if (owner.path("kind").asString("").equals("DaemonSet")) {
                return true;
            }
        }
        var phase = pod.path("status").path("phase").asString("");
        return pod.path("metadata").path("annotations").has("kubernetes.io/config.mirror")
                || phase.equals("Succeeded")
                || phase.equals("Failed");
    }

    /** A disruption budget may say "not now": what it said; the next round asks again. */
    private Optional<String> evict(JsonNode pod) {
        var metadata = pod.path("metadata");
        if (metadata.has("deletionTimestamp")) {
            return Optional.empty();
        }
        var name = metadata.path("name").asString("");
        var namespace = metadata.path("namespace").asString("");
        var eviction = NODES.objectNode().put("apiVersion", "policy/v1").put("kind", "Eviction");
        eviction.putObject("metadata").put("name", name).put("namespace", namespace);
        try {
            client.create(ObjectPath.in(namespace, "v1", "pods"), name, "eviction", eviction);
            return Optional.empty();
        } catch (KubernetesException refused) {
            if (refused.code() == TOO_MANY_REQUESTS) {
                return Optional.of(namespace + "/" + name + " may not go now: " + refused.getMessage());
            }
            if (!refused.isNotFound() && !refused.isConflict()) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    @Override
    public void remove(String node) {
        forget(NODE, node);
    }

    private void forget(ObjectPath path, String name) {
        try {
            client.delete(path, name);
        } catch (KubernetesException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
