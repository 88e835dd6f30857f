package dev.garboard.e2e;

import dev.garboard.e2e.Program.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A cluster of the lab as its administrator sees it: with the kubectl of its own bundle. */
record ClusterClient(Path kubectl, Path kubeconfig) {

    private static final Duration COMMAND = Duration.ofMinutes(10);

    static ClusterClient of(LabFixture lab, String version) {
        return new ClusterClient(
                KubernetesBuild.input(version).resolve("bin/kubectl"),
                lab.directory().resolve("cluster.kubeconfig"));
    }

    /** Applies a manifest that lies beside the tests. */
    void apply(String manifest) throws IOException {
        try (var in = Objects.requireNonNull(ClusterClient.class.getResourceAsStream(manifest), manifest)) {
            reading(new String(in.readAllBytes(), StandardCharsets.UTF_8), "apply", "-f", "-")
                    .succeeded();
        }
    }

    /** The same, for what a test has made itself. */
    void applyText(String manifest) {
        reading(manifest, "apply", "-f", "-").succeeded();
    }

    Output run(String... arguments) {
        return reading("", arguments);
    }

    JsonNode json(String... arguments) {
        var all = Stream.concat(Stream.of(arguments), Stream.of("-o", "json")).toArray(String[]::new);
        return JsonMapper.builder().build().readTree(run(all).succeeded().out());
    }

    private Output reading(String input, String... arguments) {
        var command = Stream.concat(
                        Stream.of(kubectl.toString(), "--kubeconfig", kubeconfig.toString()), Stream.of(arguments))
                .toList();
        return Program.run(List.copyOf(command), LabFixture.root(), Map.of(), input, COMMAND);
    }
}
