package dev.garboard.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a short command to its end. */
final class Shell {

    private Shell() {}

    record Result(int code, String output) {
        boolean succeeded() {
            return code == 0;
        }
    }

    static Result run(List<String> command) {
        return run(new ProcessBuilder(command), "");
    }

    static Result run(ProcessBuilder builder, String input) {
        var name = builder.command().getFirst();
        try {
            var process = builder.redirectErrorStream(true).start();
            try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
                in.write(input);
            }
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new LabException(name + " did not end within 30 s");
            }
            return new Result(process.exitValue(), output);
        } catch (IOException failed) {
            throw new LabException(name + " cannot be run: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while " + name + " ran", interrupted);
        }
    }

    static boolean isRoot() {
        return run(List.of("id", "-u")).output().equals("0");
    }
}
