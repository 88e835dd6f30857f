package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Versions of the programs whose output ends up in an image: with other ones its bytes may differ. */
final class BuildTools {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private BuildTools() {}

    static Map<String, String> versions(Path logs) throws IOException {
        return Map.of(
                "jdk", RuntimeImage.version(),
                "gcc", firstLine(logs, "gcc", "--version"),
                "mkfs.erofs", firstLine(logs, "mkfs.erofs", "-V"));
    }

    private static String firstLine(Path logs, String program, String option) throws IOException {
        return HostCommand.of(logs.resolve("version-" + program + ".log"), LIMIT, HostTools.path(program), option)
                .attempt()
                .output()
                .lines()
                .findFirst()
                .orElse("unknown");
    }
}
