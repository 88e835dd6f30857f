package dev.garboard.lab;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@link ApiPollMain} inside the networks of several nodes, each through its own balancer. */
final class BenchPolls {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Map<String, Process> processes = new TreeMap<>();
    private final Map<String, JsonNode> last = new ConcurrentHashMap<>();

    static BenchPolls start(LabDirectory directory, List<String> nodes) throws IOException {
        var polls = new BenchPolls();
        for (var node : nodes) {
            polls.start(directory, node);
        }
        return polls;
    }

    private void start(LabDirectory directory, String node) throws IOException {
        var command = new ArrayList<>(
                List.of("nsenter", "--net=/proc/" + new BenchNodes(directory).agent(node) + "/ns/net", "--"));
        command.addAll(Distribution.running()
                .program(
                        ApiPollMain.class,
                        "https://127.0.0.1:6444",
                        directory.root().resolve("cluster.kubeconfig").toString(),
                        "polled-through-" + node));
        var process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        processes.put(node, process);
        Thread.ofVirtual().start(() -> {
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    last.put(node, MAPPER.readTree(line));
                }
            } catch (IOException ended) {
                // With its process.
            }
        });
    }

    /** The longest gaps so far. */
    void gaps(BenchRun run, String when) {
        for (var node : processes.keySet()) {
            for (var what : List.of("reads", "writes")) {
                run.figure(
                        "longest gap of " + what + " through " + node + when + ", s",
                        said(node, what).path("longestGapSeconds").asDouble(-1) + "");
            }
        }
    }

    /** Ends them; gaps and failures become figures. */
    void end(BenchRun run) throws IOException, InterruptedException {
        for (var process : processes.values()) {
            process.getOutputStream().close();
            process.waitFor();
        }
        gaps(run, "");
        for (var node : processes.keySet()) {
            for (var what : List.of("reads", "writes")) {
                run.figure(
                        "failed " + what + " through " + node,
                        said(node, what).path("failed").asLong(-1));
            }
        }
    }

    private JsonNode said(String node, String what) {
        return last.getOrDefault(node, MAPPER.missingNode()).path(what);
    }
}
