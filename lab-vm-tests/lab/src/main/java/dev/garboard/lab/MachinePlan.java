package dev.garboard.lab;

import dev.garboard.lab.LabMachine.Firmware;
import dev.garboard.lab.LabMachine.Nodes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which machines a lab is to have.
 *
 * @param cpus of virtual machines; 0 for the usual number
 * @param disk of virtual machines, in GB; 0 for none
 * @param kinds what the first machines are made of, one after the other; the last kind is that of all further ones
 */
record MachinePlan(int count, List<Nodes> kinds, Firmware firmware, int cpus, int memory, int disk) {

    MachinePlan {
        kinds = List.copyOf(kinds);
    }

    /** Whether any machine is of that kind. */
    boolean has(Nodes kind) {
        return IntStream.rangeClosed(1, count).anyMatch(number -> kind(number) == kind);
    }

    private Nodes kind(int number) {
        return kinds.get(Math.min(number, kinds.size()) - 1);
    }

    /**
     * The machines.
     *
     * @param accelerator of those that are virtual; containers have none
     */
    List<LabMachine> machines(String accelerator) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> kind(number) == Nodes.VM
                        ? LabMachine.numbered(number, Nodes.VM, firmware, memory, accelerator)
                        : LabMachine.numbered(number, kind(number), firmware, memory, ""))
                .map(machine -> machine.withCpus(cpus).withDisk(disk))
                .toList();
    }

    /** What they are, for people: how many of each kind. */
    static String description(List<LabMachine> machines) {
        var alike = new LinkedHashMap<String, Integer>();
        machines.forEach(machine -> alike.merge(machine.description(), 1, Integer::sum));
        if (alike.size() > 1) {
            return machines.size() + " machines: "
                    + alike.entrySet().stream()
                            .map(kind -> kind.getValue() + " x " + kind.getKey())
                            .collect(Collectors.joining("; "));
        }
        return machines.size()
                + (machines.size() == 1 ? " machine: " : " machines, each ")
                + machines.getFirst().description();
    }
}
