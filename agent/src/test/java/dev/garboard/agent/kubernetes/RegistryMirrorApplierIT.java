package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.RegistryMirror;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containerd finds when documents for registries come and go. */
class RegistryMirrorApplierIT {

    @TempDir
    private Path registries;

    private RegistryMirrorApplier applier;

    @BeforeEach
    void start() {
        applier = new RegistryMirrorApplier(registries);
    }

    private static RegistryMirror mirror(String name, String registry) {
        return new RegistryMirror(name, registry, List.of(URI.create("https://" + name + ".example")));
    }

    private void apply(RegistryMirror mirror) throws IOException {
        var document = Document.newBuilder()
                .setKind(mirror.kind())
                .setName(mirror.name())
                .setContent(ByteString.copyFrom(Documents.render(mirror)))
                .build();
        applier.apply(new DocumentInput(document, _ -> null));
    }

    private void assertHosts(RegistryMirror expected) throws IOException {
        assertEquals(
                RegistryMirrorApplier.hosts(expected),
                Files.readString(registries.resolve(expected.registry()).resolve("hosts.toml")));
    }

    private List<String> directories() throws IOException {
        try (var found = Files.list(registries)) {
            return found.map(directory -> directory.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aRegistryWithoutDocumentHasNoDirectory() throws IOException {
        apply(mirror("a", "docker.io"));
        assertHosts(mirror("a", "docker.io"));

        applier.remove("a");
        applier.remove("a");

        assertEquals(List.of(), directories());
    }

    @Test
    void aDocumentForAnotherRegistryTakesTheFormerBack() throws IOException {
        apply(mirror("a", "docker.io"));

        apply(mirror("a", "quay.io"));

        assertEquals(List.of("quay.io"), directories());
        assertHosts(mirror("a", "quay.io"));
    }

    @Test
    void theFirstByNameCountsWhicheverCameFirst() throws IOException {
        apply(mirror("a", "docker.io"));
        apply(mirror("b", "docker.io"));
        assertHosts(mirror("a", "docker.io"));

        applier.remove("a");
        apply(mirror("a", "docker.io"));
        assertHosts(mirror("a", "docker.io"));
    }

    @Test
    void oneOfTwoThatGoesLeavesTheOther() throws IOException {
        apply(mirror("a", "docker.io"));
        apply(mirror("b", "docker.io"));

        applier.remove("a");
        assertHosts(mirror("b", "docker.io"));

        apply(mirror("a", "docker.io"));
        apply(mirror("a", "quay.io"));
        assertHosts(mirror("b", "docker.io"));
        assertHosts(mirror("a", "quay.io"));

        applier.remove("b");
        assertEquals(List.of("quay.io"), directories());
    }
}
