package dev.garboard.agent;

import dev.garboard.agent.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What stage-0 left in {@code /run/garboard/stage0}: its times, and the description of the image from the signed
 * initramfs.
 */
record Stage0Notes(Duration start, Duration end, String image, String rootHash) {

    private static final Path FILE = Path.of("/run/garboard/stage0");

    /** Nothing: the agent was not started by stage-0. */
    static final Stage0Notes NONE = new Stage0Notes(Duration.ZERO, Duration.ZERO, "", "");

    static Stage0Notes read() throws IOException {
        return Files.exists(FILE) ? parse(Files.readString(FILE)) : NONE;
    }

    static Stage0Notes parse(String text) {
        Map<String, String> values = new HashMap<>();
        for (String line : text.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                // The first wins: the times come before the text of /verity.
                values.putIfAbsent(
                        line.substring(0, equals), line.substring(equals + 1).strip());
            }
        }
        return new Stage0Notes(
                Kernel.parseSeconds(values.getOrDefault("start", "0")),
                Kernel.parseSeconds(values.getOrDefault("end", "0")),
                values.getOrDefault("image", ""),
                values.getOrDefault("root", ""));
    }
}
