package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.FormerPods;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.kubernetes.document.ControlPlane;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The control plane as static pods: each runs a program of the bundle, which is mounted into it, so that nothing is unpacked twice. */
final class StaticPods {

    static final String API_SERVER = "kube-apiserver";
    static final String CONTROLLER_MANAGER = "kube-controller-manager";
    static final String SCHEDULER = "kube-scheduler";
    static final int CONTROLLER_MANAGER_PORT = 10257;
    static final int SCHEDULER_PORT = 10259;

    /** The kubelet waits for the whole grace period when a manifest changes, and an API server that is told to end uses all it gets. */
    private static final String POD = """
        {
          "apiVersion": "v1",
          "kind": "Pod",
          "metadata": {
            "name": "${name}",
            "namespace": "kube-system",
            "labels": {"component": "${name}", "tier": "control-plane"},
            "annotations": {"${bundle-key}": "${bundle}"}
          },
          "spec": {
            "hostNetwork": true,
            "priorityClassName": "system-node-critical",
            "terminationGracePeriodSeconds": 3,
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
              "name": "${name}",
              "image": "${image}",
              "imagePullPolicy": "Never",
              "command": [],
              "resources": {"requests": {"cpu": "100m", "memory": "${memory}"}},
              "startupProbe": {
                "httpGet": {"host": "${host}", "port": "probe", "path": "${startup}", "scheme": "HTTPS"},
                "periodSeconds": 2, "timeoutSeconds": 5, "failureThreshold": 60
              },
              "livenessProbe": {
                "httpGet": {"host": "${host}", "port": "probe", "path": "${live}", "scheme": "HTTPS"},
                "periodSeconds": 10, "timeoutSeconds": 15, "failureThreshold": 8
              },
              "readinessProbe": {
                "httpGet": {"host": "${host}", "port": "probe", "path": "${ready}", "scheme": "HTTPS"},
                "periodSeconds": 2, "timeoutSeconds": 15, "failureThreshold": 3
              },
              "volumeMounts": [
                {"name": "programs", "mountPath": "/opt/garboard/bin", "readOnly": true},
                {"name": "pki", "mountPath": "${pki}", "readOnly": true}
              ]
            }],
            "volumes": [
              {"name": "programs", "hostPath": {"path": "${programs}", "type": "Directory"}},
              {"name": "pki", "hostPath": {"path": "${pki}", "type": "Directory"}}
            ]
          }
        }
        """;

    private final ControlPlane document;
    private final MountedBundle bundle;
    private final Path pki;

    StaticPods(ControlPlane document, MountedBundle bundle, Path pki) {
        PodFlags.requireKnown(bundle.version());
        this.document = document;
        this.bundle = bundle;
        this.pki = pki;
    }

    /** The manifests by the names of their programs, the API server first. */
    Map<String, String> manifests() {
        var manifests = new LinkedHashMap<String, String>();
        manifests.put(API_SERVER, apiServer());
        manifests.put(
                CONTROLLER_MANAGER,
                controller(CONTROLLER_MANAGER, CONTROLLER_MANAGER_PORT, PodFlags.controllerManager(document, pki)));
        manifests.put(SCHEDULER, controller(SCHEDULER, SCHEDULER_PORT, PodFlags.scheduler(pki)));
        return manifests;
    }

    private String apiServer() {
        return pod(
                API_SERVER,
                document.apiServerPort(),
                Map.of(
                        "host", document.advertiseAddress().getHostAddress(),
                        "startup", "/livez",
                        "live", "/livez",
                        "ready", "/readyz",
                        "memory", "256Mi"),
                PodFlags.apiServer(document, pki));
    }

    private String controller(String name, int port, List<String> flags) {
        var health = Map.of(
                "host", "127.0.0.1", "startup", "/healthz", "live", "/healthz", "ready", "/healthz", "memory", "64Mi");
        return pod(name, port, health, flags);
    }

    private String pod(String name, int port, Map<String, String> particular, List<String> flags) {
        var values = new LinkedHashMap<>(particular);
        values.put("name", name);
        values.put("bundle-key", FormerPods.BUNDLE);
        values.put("bundle", bundle.name());
        values.put("image", bundle.image());
        values.put("pki", pki.toString());
        values.put("programs", bundle.path().resolve("bin").toString());
        var pod = Manifest.of(POD, values);
        var container = (ObjectNode) pod.path("spec").path("containers").get(0);
        var command = container.putArray("command").add("/opt/garboard/bin/" + name);
        flags.forEach(command::add);
        for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            ((ObjectNode) container.path(probe).path("httpGet")).put("port", port);
        }
        return Manifest.text(pod);
    }
}
