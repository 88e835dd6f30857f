package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the commands about bundles refuse; that they take a real one is a test of the lab. */
class KubernetesCommandIT {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private String site = "";

    @BeforeEach
    void makeSite() {
        site = directory.resolve("site").toString();
        assertEquals(ExitCode.OK, run("init", site, "--address", "192.0.2.1", "--interface", "boot0"));
        out.getBuffer().setLength(0);
    }

    @Test
    void aNewSiteHasNoBundles() {
        assertEquals(ExitCode.OK, run("kubernetes", "list", "--site", site, "--output", "json"));
        assertEquals("", out.toString());
    }

    @Test
    void inspectingAnUnknownBundleEndsWithThree() {
        assertEquals(
                ExitCode.NOT_FOUND, run("kubernetes", "inspect", "kubernetes-1.37.2-amd64-00000000", "--site", site));
        assertEquals(
                "garboard: there is no imported bundle called kubernetes-1.37.2-amd64-00000000; "
                        + "`garboard kubernetes list` shows what there is",
                err.toString().strip());
    }

    @Test
    void importingWithoutChecksumsEndsWithOneAndSaysWhatToWrite() throws IOException {
        var input = Files.createDirectory(directory.resolve("input"));
        Files.writeString(input.resolve("kubelet"), "a program");

        assertEquals(ExitCode.FAILED, run("kubernetes", "import", input.toString(), "--site", site));
        assertTrue(err.toString().startsWith("garboard: " + input + " has no file SHA256SUMS;"), err::toString);
    }

    @Test
    void importingForAnUnknownArchitectureEndsWithTwo() throws IOException {
        var input = Files.createDirectory(directory.resolve("input"));

        assertEquals(
                ExitCode.USAGE, run("kubernetes", "import", input.toString(), "--site", site, "--architecture", "vax"));
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
