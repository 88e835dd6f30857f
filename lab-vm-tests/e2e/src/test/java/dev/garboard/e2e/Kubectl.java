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

/** A client of the lab's Kubernetes cluster: some version's kubectl with the cluster's kubeconfig. */
record Kubectl(Path program, Path kubeconfig) {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Runs a command, which may fail. */
    Output run(String... arguments) {
        return feed("", arguments);
    }

    /** Runs a command that reads this. */
    Output feed(String input, String... arguments) {
        return Program.run(command(arguments), LabFixture.root(), Map.of(), input, LIMIT);
    }

    /** For tests that start it themselves. */
    List<String> command(String... arguments) {
        return Stream.concat(Stream.of(program.toString(), "--kubeconfig", kubeconfig.toString()), Stream.of(arguments))
                .toList();
    }

    /** What a command prints, without the blanks around it. */
    String says(String... arguments) {
        return run(arguments).succeeded().out().strip();
    }

    /** What a command that must fail says. */
    String refusal(String... arguments) {
        return refusalOf("", arguments);
    }

    /** The same for one that reads this. */
    String refusalOf(String input, String... arguments) {
        var output = feed(input, arguments);
        if (output.exitCode() == 0) {
            throw new AssertionError("expected a refusal of " + output);
        }
        return output.err();
    }

    /** What a command gives as JSON. */
    JsonNode json(String... arguments) {
        return MAPPER.readTree(says(
                Stream.concat(Stream.of(arguments), Stream.of("-o", "json")).toArray(String[]::new)));
    }

    /** Applies a manifest of the test's resources. */
    void apply(String resource) {
        feed(manifest(resource), "apply", "-f", "-").succeeded();
    }

    private static String manifest(String resource) {
        try (var in = Objects.requireNonNull(Kubectl.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new AssertionError(resource, unreadable);
        }
    }
}
