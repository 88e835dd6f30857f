package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootTreeCheckTest {

    @TempDir
    Path root;

    @Test
    void acceptsATreeOfPlainFiles() throws IOException {
        Files.writeString(root.resolve("hosts"), "127.0.0.1 localhost\n");

        RootTreeCheck.check(root);
    }

    @Test
    void refusesShellsScriptsAndUnknownPrograms() throws IOException {
        Files.createDirectories(root.resolve("bin"));
        Files.writeString(root.resolve("bin/busybox"), "x");
        Files.writeString(root.resolve("start"), "#!/bin/sh\n");
        Files.writeString(root.resolve("tool"), "x");
        root.resolve("tool").toFile().setExecutable(true);

        var refusal = assertThrows(ImageException.class, () -> RootTreeCheck.check(root));

        assertEquals("""
                the root tree is not fit for a node:
                  bin/busybox is a shell or an interpreter
                  start is a script
                  tool is executable""", refusal.getMessage());
    }

    @Test
    void refusesALibraryWhoseOwnLibrariesAreMissing() throws IOException {
        Files.copy(Path.of(System.getProperty("java.home"), "lib/libnet.so"), root.resolve("libnet.so"));
        Files.writeString(root.resolve("libc.so.6"), "");
        Files.writeString(root.resolve("libjvm.so"), "");

        var refusal = assertThrows(ImageException.class, () -> RootTreeCheck.check(root));

        assertEquals(
                """
                the root tree is not fit for a node:
                  libnet.so needs libjava.so, which is not in the tree""",
                String.valueOf(refusal.getMessage())
                        .lines()
                        .filter(line -> !line.contains("libdl"))
                        .reduce((a, b) -> a + "\n" + b)
                        .orElse(""));
    }
}
