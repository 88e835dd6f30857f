package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.lab.LabMachine.Firmware;
import dev.garboard.lab.LabMachine.Nodes;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachinePlanTest {

    @Test
    void theLastKindIsThatOfAllFurtherMachines() {
        var machines = plan(4, Nodes.CONTAINER, Nodes.VM).machines("tcg");

        assertEquals(
                List.of(Nodes.CONTAINER, Nodes.VM, Nodes.VM, Nodes.VM),
                machines.stream().map(LabMachine::nodes).toList());
    }

    @Test
    void onlyVirtualMachinesHaveAnAccelerator() {
        var machines = plan(2, Nodes.CONTAINER, Nodes.VM).machines("tcg");

        assertEquals(
                List.of("", "tcg"),
                machines.stream().map(LabMachine::accelerator).toList());
    }

    @Test
    void aKindThatNoMachineIsLeftForIsNotThere() {
        var plan = plan(1, Nodes.CONTAINER, Nodes.VM);

        assertTrue(plan.has(Nodes.CONTAINER));
        assertFalse(plan.has(Nodes.VM));
    }

    @Test
    void machinesOfOneKindAreDescribedTogetherAndOthersByKind() {
        assertEquals("1 machine: container", description(1, Nodes.CONTAINER));
        assertEquals("2 machines, each BIOS, 1 CPU, 1024 MB, tcg", description(2, Nodes.VM));
        assertEquals(
                "3 machines: 1 x container; 2 x BIOS, 1 CPU, 1024 MB, tcg", description(3, Nodes.CONTAINER, Nodes.VM));
    }

    private static String description(int count, Nodes... kinds) {
        return MachinePlan.description(plan(count, kinds).machines("tcg"));
    }

    private static MachinePlan plan(int count, Nodes... kinds) {
        return new MachinePlan(count, List.of(kinds), Firmware.BIOS, 0, 1024, 0);
    }
}
