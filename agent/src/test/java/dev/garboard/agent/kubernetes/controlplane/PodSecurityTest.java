package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.kubernetes.KubernetesVersion;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PodSecurityTest {

    private static final Path PKI = Path.of("/run/garboard/kubernetes/pki");

    @Test
    void podsGetBaselineUnlessTheirNamespaceSaysOtherwise() {
        var configuration = JsonMapper.shared().readTree(ControlPlaneFiles.ADMISSION_TEXT);

        assertEquals(
                "apiserver.config.k8s.io/v1", configuration.path("apiVersion").asString());
        assertEquals("AdmissionConfiguration", configuration.path("kind").asString());
        assertEquals(1, configuration.path("plugins").size());
        var plugin = configuration.at("/plugins/0");
        assertEquals("PodSecurity", plugin.path("name").asString());
        var security = plugin.path("configuration");
        assertEquals(
                "pod-security.admission.config.k8s.io/v1",
                security.path("apiVersion").asString());
        assertEquals("PodSecurityConfiguration", security.path("kind").asString());
        assertEquals("baseline", security.at("/defaults/enforce").asString());
        assertEquals("latest", security.at("/defaults/enforce-version").asString());
        // Nobody is exempt by name, and no other namespace.
        assertEquals(
                "{\"usernames\":[],\"runtimeClasses\":[],\"namespaces\":[\"kube-system\"]}",
                security.path("exemptions").toString());
    }

    @Test
    void theApiServerReadsItFromADirectoryThatItsPodHas() throws Exception {
        var pods = new StaticPods(
                NodeNetworksIT.document("192.0.2.10", "10.244.0.0/16", "10.96.0.0/16"),
                new MountedBundle("b", KubernetesVersion.parse("1.37.2"), Path.of("/run/bundle")),
                PKI);

        var pod = JsonMapper.shared()
                .readTree(Objects.requireNonNull(pods.manifests().get(StaticPods.API_SERVER)));

        var container = pod.at("/spec/containers/0");
        assertTrue(
                container
                        .path("command")
                        .valueStream()
                        .anyMatch(word -> word.asString()
                                .equals("--admission-control-config-file=" + PKI.resolve("admission.json"))),
                () -> container.path("command").toString());
        assertTrue(container
                .path("volumeMounts")
                .valueStream()
                .anyMatch(mount -> mount.path("mountPath").asString().equals(PKI.toString())));
    }
}
