package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.linux.ProcessTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * The processes of the control plane on this node. A closed port does not say that a process has ended, and one that has not may still
 * write what it remembers.
 */
final class ControlPlaneProcesses {

    /** The kernel cuts the names of programs. */
    private static final int NAME_LIMIT = 15;

    private ControlPlaneProcesses() {}

    /** The programs that run, by name. */
    static List<String> running() throws IOException {
        var running = new TreeSet<String>();
        for (var process : ProcessTable.all()) {
            if (isOurs(process)) {
                running.add(process.program());
            }
        }
        return List.copyOf(running);
    }

    /** Ends them at once. */
    static void kill() throws IOException, InterruptedException {
        ProcessTable.killAll(ControlPlaneProcesses::isOurs);
    }

    private static boolean isOurs(ProcessTable.Entry process) {
        return EtcdRestore.programs().stream()
                        .anyMatch(name ->
                                process.program().equals(name.substring(0, Math.min(NAME_LIMIT, name.length()))))
                && network(Integer.toString(process.pid())).equals(network("self"));
    }

    /** They run in the node's network; where several nodes share a host, that tells whose they are. */
    private static String network(String pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", pid, "ns", "net")).toString();
        } catch (IOException ended) {
            return "";
        }
    }
}
