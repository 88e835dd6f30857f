package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tree against the reference implementation, cryptsetup's veritysetup. */
class VerityTreeIT {

    @TempDir
    Path directory;

    @Test
    void isTheTreeThatVeritysetupExpects() throws IOException {
        var reference = Requirements.program("veritysetup", "cryptsetup-bin");
        var image = directory.resolve("image");
        var content = new byte[20_000 * VerityTree.BLOCK];
        new Random(3).nextBytes(content);
        Files.write(image, content);

        var tree = VerityTree.append(image);

        var outcome = HostCommand.of(
                        directory.resolve("log"),
                        Duration.ofMinutes(1),
                        reference.toString(),
                        "verify",
                        "--hash-offset=" + tree.offset(),
                        image.toString(),
                        image.toString(),
                        tree.rootHash())
                .attempt();
        assertEquals(0, outcome.exitCode(), outcome.output());
    }
}
