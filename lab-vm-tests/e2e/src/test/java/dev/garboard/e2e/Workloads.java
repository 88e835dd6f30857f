package dev.garboard.e2e;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What runs in a cluster, as kubectl tells it. An app is what the label {@code app} says. */
record Workloads(Kubectl kubectl) {

    /** For whatever kubectl waits for; several times what two idle cores take. */
    static final String TIMEOUT = "--timeout=240s";

    /** Waits until a deployment has all its pods, of its newest edition. */
    void deployed(String namespace, String deployment) {
        kubectl.says("-n", namespace, "rollout", "status", "deployment/" + deployment, TIMEOUT);
    }

    /** Waits until every pod of a namespace is ready. */
    void allReady(String namespace) {
        kubectl.says("-n", namespace, "wait", "--for=condition=Ready", "pod", "--all", TIMEOUT);
    }

    void merge(String namespace, String object, String patch) {
        kubectl.says("-n", namespace, "patch", object, "--type=merge", "-p", patch);
    }

    /** Those of an app that are not about to go. */
    Stream<JsonNode> pods(String namespace, String app) {
        return kubectl.json("-n", namespace, "get", "pods", "-l", "app=" + app)
                .path("items")
                .valueStream()
                .filter(pod -> pod.at("/metadata/deletionTimestamp").isMissingNode());
    }

    /** The name of any one of them that is ready. */
    String pod(String namespace, String app) {
        return pods(namespace, app)
                .filter(pod -> isTrue(pod, "Ready"))
                .map(pod -> pod.at("/metadata/name").asString())
                .findFirst()
                .orElseThrow();
    }

    List<String> names(String namespace, String app) {
        return pods(namespace, app)
                .map(pod -> pod.at("/metadata/name").asString())
                .sorted()
                .toList();
    }

    /** On which nodes an app's pods are. */
    List<String> nodes(String namespace, String app) {
        var on = new TreeSet<String>();
        pods(namespace, app)
                .map(pod -> pod.at("/spec/nodeName").asString(""))
                .filter(node -> !node.isEmpty())
                .forEach(on::add);
        return List.copyOf(on);
    }

    int restarts(String namespace, String app) {
        return pods(namespace, app)
                .mapToInt(pod ->
                        pod.at("/status/containerStatuses/0/restartCount").asInt())
                .sum();
    }

    long readyEndpoints(String namespace, String service) {
        return kubectl.json("-n", namespace, "get", "endpointslices", "-l", "kubernetes.io/service-name=" + service)
                .path("items")
                .valueStream()
                .flatMap(slice -> slice.path("endpoints").valueStream())
                .filter(endpoint -> endpoint.at("/conditions/ready").asBoolean())
                .count();
    }

    /** Why a pod is on no node; empty when it is on one. */
    String unscheduled(String namespace, String pod) {
        return condition(kubectl.json("-n", namespace, "get", "pod", pod), "PodScheduled")
                .path("message")
                .asString("");
    }

    /** What is known of a job that failed. */
    String explain(JsonNode job) {
        var namespace = job.at("/metadata/namespace").asString();
        var name = job.at("/metadata/name").asString();
        return namespace + "/" + name + " failed\n"
                + kubectl.run("-n", namespace, "logs", "--all-containers", "-l", "job-name=" + name)
                + kubectl.run("-n", namespace, "describe", "pods", "-l", "job-name=" + name);
    }

    static boolean isTrue(JsonNode object, String type) {
        return condition(object, type).path("status").asString("").equals("True");
    }

    /** A condition of any object, or a missing node. */
    static JsonNode condition(JsonNode object, String type) {
        return object.at("/status/conditions")
                .valueStream()
                .filter(condition -> condition.path("type").asString("").equals(type))
                .findFirst()
                .orElse(object.path("no condition"));
    }
}
