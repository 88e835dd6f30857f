package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script stands for apt-get: it says what apt says of a lock, until a file is gone. */
class AptIT {

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();
    private Path program;
    private Path lock;

    @BeforeEach
    void writeProgram() throws IOException {
        lock = Files.writeString(directory.resolve("lock"), "");
        program = Files.writeString(directory.resolve("apt-get"), """
            echo run >>"$1.runs"
            [ -e "$1" ] || { echo done; exit 0; }
            echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)" >&2
            exit 100
            """);
    }

    @Test
    void waitsForAnotherAptAndSaysForWhomOnce() throws Exception {
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                while (!Files.exists(runs()) || Files.readAllLines(runs()).size() < 3) {
                    Thread.sleep(5);
                }
                Files.delete(lock);
            } catch (IOException | InterruptedException failed) {
                throw new IllegalStateException(failed);
            }
        });

        int code = apt(Duration.ofSeconds(60)).run(command(lock));
        waiting.join();

        assertEquals(0, code);
        assertEquals(
                List.of("waiting for another apt: Could not get lock /var/lib/apt/lists/lock. It is held by process"
                        + " 4711 (apt-get)"),
                said);
    }

    @Test
    void anotherFailureIsNotTriedAgain() throws IOException {
        Files.writeString(directory.resolve("log"), "E: Could not get lock, said an earlier run\n");
        Files.writeString(program, "echo run >>\"$1.runs\"; echo 'E: Unable to locate package x'; exit 100");

        assertEquals(100, apt(Duration.ofSeconds(60)).run(command(lock)));
        assertEquals(1, Files.readAllLines(runs()).size());
        assertEquals(List.of(), said);
    }

    @Test
    void aLockThatIsNotGivenUpEndsTheWaiting() throws IOException {
        assertEquals(100, apt(Duration.ofMillis(50)).run(command(lock)));
        assertTrue(Files.readString(directory.resolve("log")).contains("held by process 4711"));
    }

    private Apt apt(Duration patience) {
        return new Apt(List.of(), directory.resolve("log"), said::add, patience, Duration.ofMillis(5));
    }

    private List<String> command(Path argument) {
        return List.of("sh", program.toString(), argument.toString());
    }

    private Path runs() {
        return directory.resolve("lock.runs");
    }
}
