package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The processes of a lab's nodes, as the host sees them. */
record BenchNodes(LabDirectory directory) {

    /** Process 1 of a container node. */
    long agent(String node) {
        return processes().all().stream()
                .filter(found -> found.role().equals(ContainerNode.role(node)))
                .map(LabProcesses.Found::pid)
                .filter(BenchNodes::isFirst)
                .findFirst()
                .orElseThrow(() -> new LabException(node + " is off"));
    }

    /** What the processor of a virtual machine has cost so far, in seconds; 0 while it is off. */
    double machineCpuSeconds(String node) {
        return processes()
                .find(LabMachine.ROLE + node)
                .map(found -> ProcessCost.cpuSeconds(found.pid()))
                .orElse(0.0);
    }

    private LabProcesses processes() {
        return new LabProcesses(LabState.required(directory).id());
    }

    private static boolean isFirst(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .anyMatch(line -> line.matches("NSpid:\\s+\\d+\\s+1"));
        } catch (IOException ended) {
            return false;
        }
    }

    /** Resident kilobytes of a container node's programs, by name. */
    Map<String, Long> memory(String node) throws IOException {
        var group = group(agent(node));
        var memory = new TreeMap<String, Long>();
        for (var process : ProcessHandle.allProcesses().toList()) {
            try {
                if (group(process.pid()).startsWith(group)) {
                    var program = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                            .split("\0", 2)[0];
                    memory.merge(
                            program.substring(program.lastIndexOf('/') + 1).replace("java", "agent"),
                            status(process.pid(), "VmRSS:"),
                            Long::sum);
                }
            } catch (IOException | NumberFormatException ended) {
                // Processes come and go.
            }
        }
        return memory;
    }

    /** The process's place in the first hierarchy of control groups that the lab uses. */
    private static String group(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup")).stream()
                .filter(line -> line.contains("pids") || line.startsWith("0::"))
                .findFirst()
                .orElse("");
    }

    private static long status(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }
}
