package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.kubernetes.KubernetesVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormerPodsIT {

    @TempDir
    private Path manifests;

    @Test
    void findsThoseOfAnotherBundleAndThoseThatCannotBeRead() throws Exception {
        var inUse = new MountedBundle("new", KubernetesVersion.parse("1.37.2"), Path.of("/bundles/new"));
        Files.writeString(
                manifests.resolve("a.json"), "{\"metadata\": {\"annotations\": {\"garboard.dev/bundle\": \"old\"}}}");
        Files.writeString(
                manifests.resolve("b.json"), "{\"metadata\": {\"annotations\": {\"garboard.dev/bundle\": \"new\"}}}");
        Files.writeString(manifests.resolve("c.json"), "{");
        Files.writeString(manifests.resolve("note.txt"), "not a manifest");

        var former = FormerPods.of(manifests, inUse);

        assertEquals(List.of(manifests.resolve("a.json"), manifests.resolve("c.json")), former);
        assertEquals(List.of(), FormerPods.of(manifests.resolve("absent"), inUse));
    }
}
