package dev.garboard.lab;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Shows the boots of some machines live, until all are ready or there is nothing left to wait for. */
final class BootWatch {

    private static final long MILLIS_BETWEEN_LOOKS = 250;

    private record Watched(LabMachine machine, BootProgress progress, LogTail console) {}

    private final LabDirectory directory;
    private final LabProcesses processes;
    private final LabApi api;
    private final Report report;
    private final Map<String, Watched> watched = new LinkedHashMap<>();

    BootWatch(LabDirectory directory, LabProcesses processes, LabApi api, Report report) {
        this.directory = directory;
        this.processes = processes;
        this.api = api;
        this.report = report;
    }

    /** To be called before the machine is powered on, so that nothing is missed. */
    void add(LabMachine machine, Instant poweredOn) {
        watched.put(
                machine.name(),
                new Watched(
                        machine,
                        new BootProgress(machine.mac(), poweredOn),
                        new LogTail(directory.serialLog(machine.name()))));
    }

    /**
     * Waits.
     *
     * @param keepGoing whether to wait for the other machines when one has failed for good
     * @return true when all machines are ready
     */
    boolean await(Duration limit, boolean keepGoing) {
        var deadline = Instant.now().plus(limit);
        while (Instant.now().isBefore(deadline)) {
            look();
            if (watched.values().stream().allMatch(each -> each.progress().isReady())) {
                return true;
            }
            long hopeless = watched.values().stream()
                    .filter(each -> hopeless(each).isPresent())
                    .count();
            long ready = watched.values().stream()
                    .filter(each -> each.progress().isReady())
                    .count();
            if (hopeless > 0 && (!keepGoing || hopeless + ready == watched.size())) {
                break;
            }
            Pause.millis(MILLIS_BETWEEN_LOOKS);
        }
        look();
        watched.values().stream().filter(each -> !each.progress().isReady()).forEach(each -> stopped(each, limit));
        return false;
    }

    private void look() {
        JsonNode sessions = JsonNodeFactory.instance.arrayNode();
        try {
            sessions = api.list("bootsessions");
        } catch (IOException serverAway) {
            // A server that is restarted comes back; a dead one is noticed by the time limit and named there.
        }
        for (var each : watched.values()) {
            var events = Stream.concat(
                    each.progress().console(each.console().more(), Instant.now()).stream(),
                    each.progress().sessions(sessions).stream());
            events.forEach(event -> report.stage(each.machine().name(), event, cpuSeconds(each.machine())));
        }
    }

    /** Of QEMU, threads and all, at the moment at which the stage was seen. */
    private double cpuSeconds(LabMachine machine) {
        return machine.isContainer()
                ? 0
                : processes
                        .find(machine.role())
                        .map(qemu -> ProcessCost.cpuSeconds(qemu.pid()))
                        .orElse(0.0);
    }

    /** Why a machine will not become ready any more. */
    private Optional<String> hopeless(Watched each) {
        if (each.progress().isReady()) {
            return Optional.empty();
        }
        if (processes.find(each.machine().role()).isEmpty()) {
            var machine = each.machine();
            var log = machine.isContainer()
                    ? directory.serialLog(machine.name())
                    : directory.machine(machine.name()).resolve("qemu.log");
            return Optional.of((machine.isContainer() ? "Its container ended: " : "QEMU ended: ")
                    + String.join(" ", LogTail.last(log, 3)));
        }
        return each.progress().failure();
    }

    private void stopped(Watched each, Duration limit) {
        var reason = hopeless(each)
                .orElse(
                        processes.find(LabServer.ROLE).isEmpty()
                                ? "The server is gone; its log: " + directory.log(LabServer.ROLE)
                                : "Nothing more came within " + limit.toSeconds() + " s (--timeout).");
        report.stopped(
                each.machine().name(),
                each.progress().last(),
                reason,
                LogTail.last(directory.serialLog(each.machine().name()), 15));
    }
}
