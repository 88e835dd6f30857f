package dev.garboard.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Collectors;

/** The power of a machine, whatever it is made of. */
record MachinePower(LabDirectory directory, LabProcesses processes, LabNetwork network) {

    /** Powers a machine on. */
    void on(LabMachine machine) {
        on(machine, Duration.ZERO);
    }

    /** Powers a machine on whose clock is this much ahead; a container's is the host's. */
    void on(LabMachine machine, Duration clockOffset) {
        if (machine.isContainer()) {
            if (!clockOffset.isZero()) {
                throw new LabException(machine.name() + " is a container, whose clock is the host's;"
                        + " --clock-offset is for virtual machines (garboard lab up --nodes vm)");
            }
            ContainerNode.powerOn(
                    Distribution.running().copyTo(directory.distribution()), processes, network, directory, machine);
        } else {
            Qemu.powerOn(processes, network, directory, machine, clockOffset);
        }
    }

    /** Pulls the plug; false when the machine was off. */
    boolean off(LabMachine machine) {
        var firmware = processes.find(machine.role()).stream().toList();
        if (machine.isContainer()) {
            LabProcesses.kill(firmware);
            // The container ends with its firmware; only then its control groups can be removed.
            LabProcesses.kill(processes.all().stream()
                    .filter(found -> found.role().equals(ContainerNode.role(machine.name())))
                    .toList());
            new ContainerCgroups(processes.id()).remove(machine.name());
        } else {
            LabProcesses.end(firmware);
        }
        return !firmware.isEmpty();
    }

    /**
     * Presses the button for diagnosis of a machine that is on: its kernel, if one runs, panics with a trace of what it did.
     *
     * @return where its processors were, for machines that have not come as far as a kernel
     */
    String interrupt(LabMachine machine) throws IOException {
        if (machine.isContainer()) {
            throw new LabException(machine.name() + " is a container: its kernel is the host's, which must not panic");
        }
        try (var control = Qmp.connect(directory.controlSocket(machine.name()))) {
            var registers = control.monitor("info registers -a");
            control.execute("inject-nmi");
            return registers
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("CPU#") || line.startsWith("RIP=") || line.startsWith("EIP="))
                    .collect(Collectors.joining(" "));
        }
    }

    /** Presses the reset button of a machine that is on. */
    void reset(LabMachine machine) throws IOException {
        if (machine.isContainer()) {
            off(machine);
            on(machine);
            return;
        }
        try (var control = Qmp.connect(directory.controlSocket(machine.name()))) {
            control.execute("system_reset");
        }
    }
}
