package dev.garboard.agent.kubernetes;

import dev.garboard.nodeconfig.RegistryMirror;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;

/** {@code RegistryMirror}: a directory that containerd looks into at every pull. */
final class RegistryMirrorApplier implements DocumentApplier {

    private final Map<String, String> registries = new HashMap<>();

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
        String former = registries.get(document.name());
        if (former != null && !former.equals(document.registry())) {
            remove(document.name());
        }
        ConfigFile.write(NodePaths.REGISTRIES.resolve(document.registry()).resolve("hosts.toml"), hosts(document));
        registries.put(document.name(), document.registry());
    }

    static String hosts(RegistryMirror document) {
        var text = new StringBuilder("server = \"https://" + document.registry() + "\"\n");
        for (URI endpoint : document.endpoints()) {
            text.append("\n[host.\"").append(endpoint).append("\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        }
        return text.toString();
    }

    @Override
    public void remove(String name) throws IOException {
        String registry = registries.get(name);
        if (registry != null) {
            var directory = NodePaths.REGISTRIES.resolve(registry);
            Files.deleteIfExists(directory.resolve("hosts.toml"));
            Files.deleteIfExists(directory);
            registries.remove(name);
        }
    }
}
