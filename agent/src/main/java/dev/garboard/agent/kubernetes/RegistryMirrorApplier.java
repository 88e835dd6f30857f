package dev.garboard.agent.kubernetes;

import dev.garboard.nodeconfig.RegistryMirror;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code RegistryMirror}: a directory that containerd looks into at every pull. Each registry has one, so of several documents for one registry the first by name counts, whichever came first; the
 * next one's turn comes when it goes.
 */
final class RegistryMirrorApplier implements DocumentApplier {

    private final Path registries;

    /** By name. */
    private SortedMap<String, RegistryMirror> applied = new TreeMap<>();

    RegistryMirrorApplier() {
        this(NodePaths.REGISTRIES);
    }

    /** Writes below that directory. */
    RegistryMirrorApplier(Path registries) {
        this.registries = registries;
    }

    @Override
    public String kind() {
        return RegistryMirror.KIND;
    }

    @Override
    public boolean ofCluster() {
        return false;
    }

    @Override
    public void apply(DocumentInput input) throws IOException {
        var document = input.as(RegistryMirror.class);
        var changed = new TreeMap<>(applied);
        var former = changed.put(document.name(), document);
        if (former != null && !former.registry().equals(document.registry())) {
            write(former.registry(), changed);
        }
        write(document.registry(), changed);
        applied = changed;
    }

    @Override
    public void remove(String name) throws IOException {
        var changed = new TreeMap<>(applied);
        var former = changed.remove(name);
        if (former != null) {
            write(former.registry(), changed);
            applied = changed;
        }
    }

    private void write(String registry, SortedMap<String, RegistryMirror> documents) throws IOException {
        var directory = registries.resolve(registry);
        var file = directory.resolve("hosts.toml");
        var counts = documents.values().stream()
                .filter(document -> document.registry().equals(registry))
                .findFirst();
        if (counts.isPresent()) {
            ConfigFile.write(file, hosts(counts.get()));
        } else {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        }
    }

    static String hosts(RegistryMirror document) {
        var text = new StringBuilder("server = \"https://" + document.registry() + "\"\n");
        for (URI endpoint : document.endpoints()) {
            text.append("\n[host.\"").append(endpoint).append("\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        }
        return text.toString();
    }
}
