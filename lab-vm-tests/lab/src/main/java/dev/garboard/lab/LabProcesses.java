package dev.garboard.lab;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes of one lab. Each carries the lab's id in its environment, and what it starts inherits that: they are found by what they are,
 * not by what was written down before a crash.
 */
record LabProcesses(String id) {

    private static final String ID = "GARBOARD_LAB";
    private static final String ROLE = "GARBOARD_LAB_ROLE";

    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int LOOKS = 6;
    private static final long MILLIS_BETWEEN_LOOKS = 10;

    /** A process of the lab. */
    record Found(ProcessHandle handle, String role) {
        long pid() {
            return handle.pid();
        }
    }

    /** Assignments for the environment of a process that the lab shall find again, though it does not start it. */
    static String marks(String lab, String role) {
        return ID + "=" + lab + " " + ROLE + "=" + role;
    }

    /** Starts a process of the lab that outlives the caller and is not reached by the terminal's Ctrl-C. */
    Process start(String role, List<String> command, Path workingDirectory, Path log) {
        var detached = new ArrayList<String>();
        detached.add("setsid");
        detached.addAll(command);
        var builder = builder(role, detached)
                .directory(workingDirectory.toFile())
                .redirectInput(Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true);
        try {
            return builder.start();
        } catch (IOException failed) {
            throw new LabException(
                    command.getFirst() + " cannot be started for " + role + ": " + failed.getMessage(), failed);
        }
    }

    /** A command that carries the lab's id; its streams are for the caller to set. */
    ProcessBuilder builder(String role, List<String> command) {
        var builder = new ProcessBuilder(command);
        mark(builder, id, role);
        return builder;
    }

    static void mark(ProcessBuilder builder, String lab, String role) {
        builder.environment().put(ID, lab);
        builder.environment().put(ROLE, role);
    }

    List<Found> all() {
        try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            return processes
                    .flatMap(process -> found(process).stream())
                    .sorted(Comparator.comparingLong(Found::pid))
                    .toList();
        }
    }

    /**
     * The first process of a role: children have larger ids, but where ids were used up once around. In the middle of execve(2) a process
     * shows no environment, or half of it: only one that is not seen several times is not there.
     */
    Optional<Found> find(String role) {
        for (int look = 1; ; look++) {
            var seen = all().stream().filter(found -> found.role().equals(role)).findFirst();
            if (seen.isPresent() || look == LOOKS) {
                return seen;
            }
            Pause.millis(MILLIS_BETWEEN_LOOKS);
        }
    }

    private Optional<Found> found(ProcessHandle process) {
        String environment;
        try {
            // Another user's process, and one that has just ended, cannot be read; neither is ours.
            environment = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException notOurs) {
            return Optional.empty();
        }
        String role = null;
        boolean ours = false;
        for (var variable : environment.split("\0", -1)) {
            if (variable.equals(ID + "=" + id)) {
                ours = true;
            } else if (variable.startsWith(ROLE + "=")) {
                role = variable.substring(ROLE.length() + 1);
            }
        }
        return ours ? Optional.of(new Found(process, role == null ? "" : role)) : Optional.empty();
    }

    /** Ends processes, politely first; returns those that are still there. */
    static List<Found> end(List<Found> processes) {
        processes.forEach(found -> found.handle().destroy());
        awaitEnd(processes, GRACE);
        var stubborn = alive(processes);
        stubborn.forEach(found -> found.handle().destroyForcibly());
        awaitEnd(stubborn, GRACE);
        return alive(stubborn);
    }

    /** Ends processes at once, as a power failure would. */
    static void kill(List<Found> processes) {
        processes.forEach(found -> found.handle().destroyForcibly());
        awaitEnd(processes, GRACE);
    }

    /** Ends every process of the lab, also those that were being started meanwhile. */
    void endAll() {
        // The server first: it may have something to finish, and the machines' network must still be there for it.
        end(all().stream().filter(found -> found.role().equals("server")).toList());
        pullPlugs();
        for (int round = 0; round < 5; round++) {
            var rest = others();
            if (rest.isEmpty()) {
                Pause.millis(MILLIS_BETWEEN_LOOKS);
                rest = others();
            }
            if (rest.isEmpty()) {
                return;
            }
            end(rest);
        }
        var left = others();
        if (!left.isEmpty()) {
            throw new LabException("these processes of the lab do not end: "
                    + left.stream()
                            .map(found -> found.pid() + " (" + found.role() + ")")
                            .toList());
        }
    }

    /** Ends the containers and the firmware that would start them again, which all have nothing to finish. */
    private void pullPlugs() {
        var found = all();
        var nodes = found.stream()
                .filter(each -> each.role().startsWith(ContainerNode.ROLE))
                .toList();
        var firmware = nodes.stream()
                .map(node -> node.role().replaceFirst(ContainerNode.ROLE, LabMachine.ROLE))
                .toList();
        found.stream()
                .filter(each -> firmware.contains(each.role()))
                .forEach(each -> each.handle().destroyForcibly());
        kill(nodes);
    }

    /** All but the caller, which may have been started by {@code lab exec}. */
    private List<Found> others() {
        return all().stream()
                .filter(found -> found.pid() != ProcessHandle.current().pid())
                .toList();
    }

    private static List<Found> alive(List<Found> processes) {
        return processes.stream()
                .filter(found -> found.handle().isAlive() && !hasEnded(found.pid()))
                .toList();
    }

    /** Whether only its parent has not taken notice yet, which process 1 of a container may put off for long. */
    private static boolean hasEnded(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return true;
        }
    }

    private static void awaitEnd(List<Found> processes, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!alive(processes).isEmpty() && System.nanoTime() < deadline) {
            Pause.millis(20);
        }
    }
}
