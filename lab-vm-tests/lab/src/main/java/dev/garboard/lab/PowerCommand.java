package dev.garboard.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The power buttons. */
@Command(
        name = "power",
        description = {
            "Press a machine's buttons: on, off (at once, as by pulling the plug), reset or nmi.",
            "nmi asks a machine that hangs where it is: shows its processors, and its kernel panics with a trace on the console."
        })
final class PowerCommand implements Callable<Integer> {

    enum Button {
        ON,
        OFF,
        RESET,
        NMI
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Parameters(index = "0", paramLabel = "on|off|reset|nmi", description = "What to do.")
    private Button button;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "MACHINE", description = "For example m1.")
    private List<String> names;

    @Option(
            names = "--clock-offset",
            paramLabel = "HOURS",
            defaultValue = "0",
            description =
                    "Power a virtual machine on with a clock that is wrong: hours ahead, or behind when negative (default: 0).")
    private int clockOffset;

    @Override
    public Integer call() throws IOException {
        var directory = options.directory();
        var state = LabState.required(directory);
        var processes = new LabProcesses(state.id());
        for (var machine : names.stream().map(state::machine).toList()) {
            var said = press(machine, directory, state, processes);
            spec.commandLine().getOut().println(machine.name() + ": " + said);
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private String press(LabMachine machine, LabDirectory directory, LabState state, LabProcesses processes)
            throws IOException {
        var running = processes.find(machine.role());
        var power = new MachinePower(directory, processes, LabNetwork.of(processes, state));
        return switch (button) {
            case ON -> {
                if (running.isPresent()) {
                    yield "is on already";
                }
                power.on(machine, Duration.ofHours(clockOffset));
                yield "powered on; watch it with: garboard lab logs -f " + machine.name();
            }
            case OFF -> power.off(machine) ? "powered off" : "is off already";
            case RESET -> {
                mustBeOn(machine, running);
                power.reset(machine);
                yield "reset";
            }
            case NMI -> {
                mustBeOn(machine, running);
                yield "interrupted at " + power.interrupt(machine) + "; its kernel's answer is on its console";
            }
        };
    }

    private static void mustBeOn(LabMachine machine, Optional<LabProcesses.Found> running) {
        if (running.isEmpty()) {
            throw new LabException(
                    machine.name() + " is off; switch it on with: garboard lab power on " + machine.name());
        }
    }
}
