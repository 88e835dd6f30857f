package dev.garboard.fleet.cluster;

import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.api.ObjectPath;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.KubeletRequest;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.nodeconfig.HostPort;
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
import java.util.Set;
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
    private static final ObjectPath ADD_ONS = ObjectPath.in("kube-system", "v1", "configmaps");
    private static final ObjectPath DAEMON_SETS = ObjectPath.in("kube-system", "apps/v1", "daemonsets");
    private static final ObjectPath DEPLOYMENTS = ObjectPath.in("kube-system", "apps/v1", "deployments");
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
                taints,
                node.path("spec").path("unschedulable").asBoolean(false));
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
    public Drain drain(String node, Ownerless ownerless) {
        cordon(node, true);
        int left = 0;
        var refused = new ArrayList<String>();
        for (var pod : client.list(PODS, Map.of("fieldSelector", "spec.nodeName=" + node))) {
            if (staysWithTheNode(pod)) {
                continue;
            }
            left++;
            if (ownerless == Ownerless.STAY && isOwnerless(pod)) {
                refused.add(nameOf(pod) + " has no controller that would start it again; delete it when it may go");
            } else {
                evict(pod).ifPresent(refused::add);
            }
        }
        return new Drain(left, refused);
    }

    @Override
    public void uncordon(String node) {
        cordon(node, false);
    }

    private void cordon(String node, boolean takesNoPods) {
        client.patch(
                NODE, node, NODES.objectNode().set("spec", NODES.objectNode().put("unschedulable", takesNoPods)));
    }

    @Override
    public List<String> ownerlessPods(Set<String> nodes) {
        return client.list(PODS, Map.of()).stream()
                .filter(pod -> nodes.contains(pod.path("spec").path("nodeName").asString("")))
                .filter(pod -> !staysWithTheNode(pod) && isOwnerless(pod))
                .map(KubernetesApi::nameOf)
                .sorted()
                .toList();
    }

    private static boolean isOwnerless(JsonNode pod) {
        return pod.path("metadata").path("ownerReferences").isEmpty();
    }

    private static String nameOf(JsonNode pod) {
        var metadata = pod.path("metadata");
        return metadata.path("namespace").asString("") + "/"
                + metadata.path("name").asString("");
    }

    @Override
    public List<DeprecatedApi> deprecatedApis() {
        return DeprecatedApi.in(client.text("/metrics"));
    }

    @Override
    public int endpointWatches() {
        return Watches.ofEndpointSlices(client.text("/metrics"));
    }

    @Override
    public String troubleWithAddOns(String version) {
        var applied = client.get(ADD_ONS, "garboard-addons")
                .path("data")
                .path("version")
                .asString("none");
        if (!applied.equals(version)) {
            return "those of " + applied
                    + " are applied; the control planes' agents apply the next ones when every kubelet has " + version;
        }
        var proxy = client.get(DAEMON_SETS, "kube-proxy");
        var status = proxy.path("status");
        int wanted = status.path("desiredNumberScheduled").asInt(0);
        int updated = status.path("updatedNumberScheduled").asInt(0);
        int ready = status.path("numberReady").asInt(0);
        if (isBehind(proxy) || updated < wanted || ready < wanted) {
            return updated + " of " + wanted + " kube-proxies are replaced, " + ready + " are ready";
        }
        var dns = client.get(DEPLOYMENTS, "coredns");
        int replicas = dns.path("spec").path("replicas").asInt(0);
        int available = dns.path("status").path("availableReplicas").asInt(0);
        return isBehind(dns) || dns.path("status").path("updatedReplicas").asInt(0) < replicas || available < replicas
                ? available + " of " + replicas + " replicas of CoreDNS are available"
                : "";
    }

    /** Whether its controller has not looked at it yet. */
    private static boolean isBehind(JsonNode object) {
        return object.path("status").path("observedGeneration").asLong(0)
                < object.path("metadata").path("generation").asLong(0);
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
                return Optional.of(namespace + "/" + name + " may not go now: " + budget(refused));
            }
            if (!refused.isNotFound() && !refused.isConflict()) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    /** Without the request, which the message begins with. */
    private static String budget(KubernetesException refused) {
        var message = String.valueOf(refused.getMessage());
        int code = message.indexOf(": " + TOO_MANY_REQUESTS + " ");
        return code < 0 ? message : message.substring(code + 6);
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
