package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The agent as its module packs it: {@code lib/*.jar}, the JVM's arguments {@code java.args}, and {@code stage0.c}.
 */
record AgentDistribution(Path directory) {

    AgentDistribution {
        for (var name : List.of("lib", "java.args", "stage0.c")) {
            if (!Files.exists(directory.resolve(name))) {
                throw new ImageException(directory + " is not the agent's distribution: it has no " + name
                        + "; \"mvn package\" makes it in agent/target/garboard-agent, and --agent names it");
            }
        }
    }

    List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    Path stage0() {
        return directory.resolve("stage0.c");
    }

    Path arguments() {
        return directory.resolve("java.args");
    }
}
