package dev.garboard.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs scripts in private namespaces, which need no privilege and disappear with their processes. */
public final class Namespaces {

    private Namespaces() {}

    /** Skips the test where namespaces are not allowed; fails it where the build is strict. */
    public static void require() throws IOException, InterruptedException {
        var probe = new ProcessBuilder("unshare", "-Urnmpf", "--mount-proc", "ip", "link")
                .redirectErrorStream(true)
                .start();
        var output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Requirements.require(probe.waitFor() == 0, "user namespaces are not allowed here: " + output);
    }

    /** The lines that a shell script writes; {@code java_main CLASS ARGUMENTS} runs a class of the tests. */
    public static List<String> run(Path directory, List<String> unshare, String script)
            throws IOException, InterruptedException {
        // A file and no function of the shell: nsenter can call it.
        Path file = directory.resolve("java_main");
        Files.writeString(
                file,
                "#!/bin/sh\nexec \"" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "\" -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED"
                        + " --sun-misc-unsafe-memory-access=allow -cp \"$CLASSES\" \"$@\"\n");
        assertTrue(file.toFile().setExecutable(true));
        var command = new ArrayList<>(List.of("timeout", "100", "unshare"));
        command.addAll(unshare);
        command.addAll(List.of("sh", "-ec", script));
        Path errors = directory.resolve("errors");
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
        builder.environment().put("CLASSES", System.getProperty("java.class.path"));
        builder.environment().merge("PATH", directory.toString(), (path, own) -> own + ":" + path);
        var process = builder.start();
        try {
            var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertTrue(process.waitFor(110, TimeUnit.SECONDS));
            if (process.exitValue() != 0) {
                throw new AssertionError("the script ended with " + process.exitValue() + ": " + lines + "\n"
                        + Files.readString(errors));
            }
            return lines;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
