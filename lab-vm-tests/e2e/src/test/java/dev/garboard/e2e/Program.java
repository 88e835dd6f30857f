package dev.garboard.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs with a time limit. */
final class Program {

    /** What a program said and how it ended. */
    record Output(List<String> command, int exitCode, String out, String err) {

        /** This, if it succeeded; otherwise the test fails with all that the program said. */
        Output succeeded() {
            return exitedWith(0);
        }

        Output exitedWith(int expected) {
            if (exitCode != expected) {
                throw new AssertionError("expected exit code " + expected + " of " + this);
            }
            return this;
        }

        @Override
        public String toString() {
            return String.join(" ", command) + "\nexit code " + exitCode + "\n" + out + err;
        }
    }

    private Program() {}

    static Output run(List<String> command, Path directory, Map<String, String> environment, Duration limit) {
        return run(command, directory, environment, "", limit);
    }

    static Output run(
            List<String> command, Path directory, Map<String, String> environment, String input, Duration limit) {
        try {
            var in = Files.createTempFile("e2e", ".in");
            var out = Files.createTempFile("e2e", ".out");
            var err = Files.createTempFile("e2e", ".err");
            try {
                Files.writeString(in, input);
                var builder = new ProcessBuilder(command).directory(directory.toFile());
                builder.environment().putAll(environment);
                var process = builder.redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError(String.join(" ", command) + " did not end within " + limit.toSeconds()
                            + " s and had said\n" + Files.readString(out) + Files.readString(err));
                }
                return new Output(command, process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.deleteIfExists(in);
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException failed) {
            throw new AssertionError(command.getFirst() + " cannot be run: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while " + command.getFirst() + " ran", interrupted);
        }
    }
}
