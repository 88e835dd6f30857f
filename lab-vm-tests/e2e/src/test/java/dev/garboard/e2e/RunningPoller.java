package dev.garboard.e2e;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A {@link RequestPoller} in the network of a container node. */
record RunningPoller(String machine, Process process) implements AutoCloseable {

    private static final int END_SECONDS = 30;

    static RunningPoller start(String machine, String... urls) throws IOException {
        var network = "--net=" + ContainerProcess.agent(machine).directory().resolve("ns/net");
        var program = TestPrograms.command(Stream.concat(Stream.of(RequestPoller.class.getName()), Stream.of(urls))
                .toArray(String[]::new));
        var command =
                Stream.concat(Stream.of("nsenter", network), program.stream()).toList();
        return new RunningPoller(
                machine,
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
    }

    /** Ends it; what came of each URL. */
    List<JsonNode> end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("the poller on " + machine + " did not end well: " + out);
        }
        return out.lines().map(JsonMapper.shared()::readTree).toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
