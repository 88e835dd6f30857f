package dev.garboard.e2e;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** {@code garboard lab up} while it runs, for tests that do something meanwhile. */
record RunningUp(Process process, Path output) implements AutoCloseable {

    static RunningUp start(LabFixture lab, String... options) throws IOException {
        return start(lab, lab.upCommand(options));
    }

    /** The same with {@code garboard lab cluster}. */
    static RunningUp cluster(LabFixture lab, String... options) throws IOException {
        return start(lab, lab.clusterCommand(options));
    }

    private static RunningUp start(LabFixture lab, List<String> command) throws IOException {
        var output = Files.createTempFile("up", ".json");
        var builder = new ProcessBuilder(command)
                .directory(LabFixture.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(output.toFile()));
        builder.environment().putAll(lab.environment());
        return new RunningUp(builder.start(), output);
    }

    String text() {
        try {
            return Files.readString(output);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    List<JsonNode> events() {
        return LabFixture.events(new Program.Output(List.of("up"), 0, text(), ""));
    }

    /** Waits until a step is done, like {@code network} or {@code machines}. */
    void awaitStep(String step) {
        LabFixture.await("the step " + step + " of up", java.time.Duration.ofMinutes(10), () -> {
            if (!process.isAlive()) {
                throw new AssertionError("up ended with " + process.exitValue() + " before " + step + ":\n" + text());
            }
            return text().contains("{\"event\":\"done\",\"step\":\"" + step + "\"");
        });
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(LabFixture.BOOT.toSeconds() * 2, TimeUnit.SECONDS)) {
            throw new AssertionError("up goes on and on:\n" + text());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
