package dev.garboard.e2e;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes of a cluster's API that go on all the time, through the balancers of several nodes. */
final class ApiPolls implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Map<String, Poll> polls = new LinkedHashMap<>();

    private record Poll(Process process, Path output) {

        JsonNode last() {
            try {
                return Files.readString(output)
                        .lines()
                        .filter(line -> line.startsWith("{") && line.endsWith("}"))
                        .reduce((_, next) -> next)
                        .map(MAPPER::readTree)
                        .orElseGet(MAPPER::missingNode);
            } catch (IOException unreadable) {
                throw new AssertionError(unreadable);
            }
        }

        long count(String what) {
            return last().path(what).path("succeeded").asLong(0);
        }
    }

    static ApiPolls start(LabFixture lab, List<String> nodes) throws IOException {
        var all = new ApiPolls();
        for (var node : nodes) {
            var output = Files.createTempFile("api-poll", ".json");
            var command = ContainerProcess.agent(node)
                    .inNetwork(TestPrograms.command(
                            "dev.garboard.lab.ApiPollMain",
                            "https://127.0.0.1:6444",
                            lab.directory().resolve("cluster.kubeconfig").toString(),
                            "polled-through-" + node));
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.to(output.toFile()))
                    .start();
            all.polls.put(node, new Poll(process, output));
        }
        return all;
    }

    /** Waits until each has read and written so many times more. */
    void awaitMore(int times) {
        var reads = counts("reads");
        var writes = counts("writes");
        LabFixture.await(
                times + " more reads and writes through " + polls.keySet() + "\n" + this,
                ClusterProbe.CHANGE,
                () -> isAhead(counts("reads"), reads, times) && isAhead(counts("writes"), writes, times));
    }

    private Map<String, Long> counts(String what) {
        return polls.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, poll -> poll.getValue().count(what)));
    }

    private static boolean isAhead(Map<String, Long> now, Map<String, Long> before, int times) {
        return now.entrySet().stream()
                .allMatch(count -> count.getValue() >= before.getOrDefault(count.getKey(), 0L) + times);
    }

    /** What each said last. */
    @Override
    public String toString() {
        return polls.values().stream().map(poll -> poll.last().toString()).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() throws IOException {
        for (var poll : polls.values()) {
            poll.process().destroyForcibly();
            Files.deleteIfExists(poll.output());
        }
    }
}
