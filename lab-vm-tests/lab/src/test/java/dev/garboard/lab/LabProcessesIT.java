package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabProcessesIT {

    private final LabProcesses processes = new LabProcesses("test-" + UUID.randomUUID());

    @Test
    void findsAndEndsWhatItStartedAndTheirChildren(@TempDir Path directory) throws InterruptedException {
        var started = processes.start(
                "server", List.of("sh", "-c", "sleep 600 & sleep 600"), directory, directory.resolve("log"));
        while (processes.all().size() < 3) {
            Thread.sleep(20);
        }

        processes.endAll();

        assertEquals(List.of(), processes.all());
        assertTrue(started.waitFor() != 0);
    }

    @Test
    void leavesProcessesOfOtherLabsAlone(@TempDir Path directory) throws InterruptedException {
        var other = new LabProcesses("other-" + UUID.randomUUID());
        var neighbour = other.start("server", List.of("sleep", "600"), directory, directory.resolve("log"));
        try {
            processes.endAll();

            assertTrue(neighbour.isAlive());
        } finally {
            neighbour.destroyForcibly().waitFor();
        }
    }

    @Test
    void endsAProcessThatIgnoresThePoliteRequest(@TempDir Path directory) throws InterruptedException {
        processes.start(
                "server",
                List.of("sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"),
                directory,
                directory.resolve("log"));
        while (processes.all().isEmpty()) {
            Thread.sleep(20);
        }

        processes.endAll();

        assertEquals(List.of(), processes.all());
    }

    /** A machine was given up in the moment in which nsenter became QEMU. */
    @Test
    void findsAProcessThatIsBecomingAnotherProgram(@TempDir Path directory) throws Exception {
        var again = Files.writeString(directory.resolve("again"), "exec sh \"$0\"\n");
        processes.start("server", List.of("sh", again.toString()), directory, directory.resolve("log"));
        while (processes.find("server").isEmpty()) {
            Thread.sleep(20);
        }
        try {
            for (int look = 0; look < 400; look++) {
                assertTrue(processes.find("server").isPresent(), "not found at look " + look);
            }
        } finally {
            processes.endAll();
        }
    }
}
