package dev.garboard.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

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
