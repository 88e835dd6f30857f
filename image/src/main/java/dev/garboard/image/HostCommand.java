package dev.garboard.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One program of the build host, run to its end: bounded in time, its output kept in a file of its own.
 *
 * @param log where standard output and standard error go, each build anew
 */
record HostCommand(List<String> words, Path directory, Map<String, String> environment, Path log, Duration limit) {

    private static final int LAST_LINES = 15;

    HostCommand {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    static HostCommand of(Path log, Duration limit, String... words) {
        return new HostCommand(List.of(words), Path.of("/"), Map.of(), log, limit);
    }

    HostCommand in(Path where) {
        return new HostCommand(words, where, environment, log, limit);
    }

    HostCommand with(String name, String value) {
        var more = new HashMap<>(environment);
        more.put(name, value);
        return new HostCommand(words, directory, more, log, limit);
    }

    /** Runs the program; anything but exit code 0 is a failure that carries the end of the output. */
    String run() throws IOException {
        var outcome = attempt();
        if (outcome.exitCode() != 0) {
            throw new ImageException(program() + " failed with exit code " + outcome.exitCode() + "; all of it is in "
                    + log + ", the end is:\n" + end(outcome.output()));
        }
        return outcome.output();
    }

    /** How a program ended. */
    record Outcome(int exitCode, String output) {}

    Outcome attempt() throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        var builder = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile());
        // Messages are parsed and sorting matters: one locale for everybody.
        builder.environment().put("LC_ALL", "C");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ImageException(
                        program() + " did not finish within " + limit.toSeconds() + " s and was stopped; see " + log);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ImageException("interrupted while " + program() + " ran", interrupted);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
    }

    private String program() {
        return Path.of(words.getFirst()).getFileName().toString();
    }

    private static String end(String output) {
        var lines = output.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
