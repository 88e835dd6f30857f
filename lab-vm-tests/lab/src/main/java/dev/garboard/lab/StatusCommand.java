package dev.garboard.lab;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** What runs in the lab and what it costs. */
@Command(
        name = "status",
        description = "Show the lab's processes and machines, what they cost, and how far each boot is.")
final class StatusCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "TEXT",
            description = "How to answer (default: text).")
    private UpCommand.Output output;

    /** One line of the answer. */
    record Line(String name, String state, long pid, double cpuSeconds, long memoryMegabytes, String detail) {

        /** With what the container of a machine costs besides its firmware. */
        Line withNode(LabMachine machine, LabState lab) {
            var cgroups = new ContainerCgroups(lab.id());
            return new Line(
                    name,
                    state,
                    pid,
                    cpuSeconds + cgroups.cpuSeconds(machine.name()),
                    memoryMegabytes + cgroups.memoryMegabytes(machine.name()),
                    detail);
        }
    }

    @Override
    public Integer call() {
        var directory = options.directory();
        var state = LabState.read(directory);
        var out = spec.commandLine().getOut();
        if (state.isEmpty()) {
            out.println(
                    output == UpCommand.Output.JSON ? "{\"up\":false}" : "No lab is up in " + directory.root() + ".");
            out.flush();
            return 0;
        }
        var lines = lines(directory, state.get());
        if (output == UpCommand.Output.JSON) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("up", state.get().phase() == LabState.Phase.UP);
            answer.put("operatorApi", "https://127.0.0.1:" + state.get().operatorPort());
            answer.put("processes", lines);
            out.println(JsonMapper.builder().build().writeValueAsString(answer));
        } else {
            table(out, lines, directory, state.get());
        }
        out.flush();
        return 0;
    }

    private static List<Line> lines(LabDirectory directory, LabState state) {
        var sessions = sessions(directory, state);
        var found = new LabProcesses(state.id()).all();
        var lines = new java.util.ArrayList<Line>();
        for (var role : List.of(LabNetwork.HOLDER, LabServer.ROLE, "relay-inside", "relay")) {
            lines.add(line(role, role, found, ""));
        }
        for (var machine : state.machines()) {
            var progress = new BootProgress(machine.mac(), Instant.EPOCH.plusSeconds(1));
            progress.sessions(sessions);
            var detail = machine.description() + ", " + machine.mac() + ", last stage: " + progress.last();
            var line = line(machine.name(), machine.role(), found, detail);
            lines.add(machine.isContainer() ? line.withNode(machine, state) : line);
        }
        return lines;
    }

    private static Line line(String name, String role, List<LabProcesses.Found> found, String detail) {
        return found.stream()
                .filter(each -> each.role().equals(role))
                .findFirst()
                .map(each -> new Line(
                        name,
                        "on",
                        each.pid(),
                        ProcessCost.cpuSeconds(each.pid()),
                        ProcessCost.residentMegabytes(each.pid()),
                        detail))
                .orElse(new Line(name, "off", 0, 0, 0, detail));
    }

    private static JsonNode sessions(LabDirectory directory, LabState state) {
        try (var api = new LabApi(directory, state.operatorPort())) {
            return api.list("bootsessions");
        } catch (IOException serverAway) {
            return JsonNodeFactory.instance.arrayNode();
        }
    }

    private static void table(PrintWriter out, List<Line> lines, LabDirectory directory, LabState state) {
        out.println("%-14s %-4s %8s %9s %9s  %s".formatted("", "", "PID", "CPU s", "RSS MB", ""));
        for (var line : lines) {
            out.println("%-14s %-4s %8d %9.1f %9d  %s"
                    .formatted(
                            line.name(),
                            line.state(),
                            line.pid(),
                            line.cpuSeconds(),
                            line.memoryMegabytes(),
                            line.detail())
                    .stripTrailing());
        }
        out.println();
        out.println((state.phase() == LabState.Phase.UP ? "Up" : "Not complete (garboard lab down removes it)")
                + ". Operator API: https://127.0.0.1:" + state.operatorPort() + ", kubeconfig: "
                + directory.kubeconfig());
    }
}
