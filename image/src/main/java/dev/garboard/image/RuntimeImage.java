package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The Java runtime of the node: linked from the JDK that runs the build, with the modules that the agent's libraries use. */
final class RuntimeImage {

    private static final String MODULES =
            "java.base,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.unsupported";

    /** Nothing on a node lists certificates, starts programs through a shell or makes other archives. */
    private static final List<String> UNNEEDED =
            List.of("legal", "bin/keytool", "lib/jexec", "lib/jspawnhelper", "lib/classlist", "lib/jrt-fs.jar");

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private RuntimeImage() {}

    /** What the runtime is, for the list of contents. */
    static String version() {
        return System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version");
    }

    static Path link(Path into, Path log) throws IOException {
        Trees.delete(into);
        // No compression: the file system compresses, and better than a second layer would.
        HostCommand.of(
                        log,
                        LIMIT,
                        HostTools.jlink().toString(),
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--add-modules",
                        MODULES,
                        "--output",
                        into.toString())
                .run();
        for (var name : UNNEEDED) {
            Trees.delete(into.resolve(name));
        }
        if (!Files.isExecutable(into.resolve("bin/java"))) {
            throw new ImageException("jlink made no bin/java in " + into + "; see " + log);
        }
        try (Stream<Path> files = Files.walk(into)) {
            if (files.noneMatch(file -> file.endsWith("libjvm.so"))) {
                throw new ImageException("jlink made no libjvm.so in " + into + "; see " + log);
            }
        }
        return into;
    }
}
