package dev.garboard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Stage0IT {

    @TempDir
    Path directory;

    @Test
    void compilesToASmallStaticProgramWithoutAWarning() throws Exception {
        Path program = directory.resolve("init");
        var gcc = new ProcessBuilder(
                        "gcc",
                        "-static",
                        "-Os",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-s",
                        "-o",
                        program.toString(),
                        "stage0/stage0.c")
                .redirectErrorStream(true)
                .start();
        String said = new String(gcc.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(gcc.waitFor(60, TimeUnit.SECONDS));
        assertEquals("", said);
        assertTrue(Files.size(program) < 1 << 20, () -> "the initramfs should stay small");
    }
}
