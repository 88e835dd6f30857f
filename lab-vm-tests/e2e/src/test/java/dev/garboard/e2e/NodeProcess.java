package dev.garboard.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process of a container node, as the host sees it. */
record NodeProcess(long pid) {

    /** One that runs the program of that name, cut to 15 characters, on a machine. */
    static NodeProcess of(String machine, String program) {
        var namespace = namespace(ContainerProcess.agent(machine).directory());
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    var directory = Path.of("/proc", Long.toString(process.pid()));
                    return program.equals(name(directory)) && namespace.equals(namespace(directory));
                })
                .findFirst()
                .map(process -> new NodeProcess(process.pid()))
                .orElseThrow(() -> new AssertionError("no " + program + " runs on " + machine));
    }

    /** Its control groups, a hierarchy a line. */
    String cgroups() {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    void kill() {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException gone) {
            return "";
        }
    }

    private static String namespace(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/pid")).toString();
        } catch (IOException gone) {
            return "";
        }
    }
}
