package dev.garboard.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The process on the host that is process 1 of a container node. */
record ContainerProcess(Path directory) {

    /** CAP_SYS_MODULE and CAP_SYS_TIME. */
    static final long HOSTS_OWN = 1L << 16 | 1L << 25;

    /** The agent of a machine: of the machine's processes the one whose environment stage-0 would have given it. */
    static ContainerProcess agent(String machine) {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc", Long.toString(process.pid())))
                .filter(process -> {
                    var environment = environment(process);
                    return environment.contains("GARBOARD_LAB_ROLE=node-" + machine)
                            && environment.contains("PATH=/bin");
                })
                .findFirst()
                .map(ContainerProcess::new)
                .orElseThrow();
    }

    /** Ends it as a crash of the kernel would: nothing of the node is told. */
    void kill() {
        var agent = ProcessHandle.of(Long.parseLong(directory.getFileName().toString()))
                .orElseThrow();
        if (!agent.destroyForcibly()) {
            throw new AssertionError(directory + " cannot be killed");
        }
        agent.onExit().join();
    }

    /** A command line that runs inside the node's network, with the host's files. */
    List<String> inNetwork(List<String> command) {
        return Stream.concat(Stream.of("nsenter", "--net=" + directory.resolve("ns/net"), "--"), command.stream())
                .toList();
    }

    /** Its bounding set: what no process of the container can ever get is missing here. */
    long capabilities() throws IOException {
        return Files.readAllLines(directory.resolve("status")).stream()
                .filter(line -> line.startsWith("CapBnd:"))
                .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> environment(Path process) {
        try {
            return Set.of(Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1));
        } catch (IOException | IllegalArgumentException gone) {
            // IllegalArgumentException: somebody else's environment may have a variable twice.
            return Set.of();
        }
    }
}
