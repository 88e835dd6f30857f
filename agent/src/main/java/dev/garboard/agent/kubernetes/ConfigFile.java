package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Files that the agent writes for other programs: always whole, on the disk when they are written, and not touched when
 * nothing has changed. */
public final class ConfigFile {

    private ConfigFile() {}

    /**
     * Writes a file that only its owner reads, in one step.
     *
     * @return whether it was another before
     */
    public static boolean write(Path file, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), bytes)) {
            return false;
        }
        DurableFile.write(file, bytes);
        return true;
    }
}
