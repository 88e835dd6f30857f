package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tree against the reference implementation, cryptsetup's veritysetup. */
class VerityTreeIT {

    private static final Path REFERENCE = Path.of("/usr/sbin/veritysetup");

    @TempDir
    Path directory;

    @Test
    void isTheTreeThatVeritysetupExpects() throws IOException {
        boolean there = Files.isExecutable(REFERENCE);
        assertTrue(
                there || !Boolean.parseBoolean(System.getenv("GARBOARD_STRICT")),
                "veritysetup is missing: apt-get install cryptsetup-bin");
        assumeTrue(there, "veritysetup (package cryptsetup-bin) is not installed");
        var image = directory.resolve("image");
        var content = new byte[20_000 * VerityTree.BLOCK];
        new Random(3).nextBytes(content);
        Files.write(image, content);

        var tree = VerityTree.append(image);

        var outcome = HostCommand.of(
                        directory.resolve("log"),
                        Duration.ofMinutes(1),
                        REFERENCE.toString(),
                        "verify",
                        "--hash-offset=" + tree.offset(),
                        image.toString(),
                        image.toString(),
                        tree.rootHash())
                .attempt();
        assertEquals(0, outcome.exitCode(), outcome.output());
    }
}
