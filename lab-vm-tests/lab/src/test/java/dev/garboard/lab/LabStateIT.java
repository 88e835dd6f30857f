package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.lab.LabMachine.Firmware;
import dev.garboard.lab.LabMachine.Nodes;
import dev.garboard.lab.LabState.Maker;
import dev.garboard.lab.LabState.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabStateIT {

    @Test
    void isReadAsItWasWritten(@TempDir Path root) {
        var directory = new LabDirectory(root);
        var state = new LabState(
                "id",
                Phase.STARTING,
                Maker.self(),
                true,
                7442,
                List.of(LabMachine.numbered(1, Nodes.VM, Firmware.UEFI, 1024, "tcg")));

        state.write(directory);

        assertEquals(Optional.of(state), LabState.read(directory));
    }

    /** Who updates the clone while a lab is up must still be able to end it. */
    @Test
    void whatAnotherBuildHasWrittenIsRead(@TempDir Path root) throws IOException {
        Files.writeString(root.resolve("state.json"), """
                {"id":"id","phase":"UP","maker":{"pid":1,"startedAt":2},"userNamespace":false,"operatorPort":7442,"later":1,
                 "machines":[{"name":"m1","nodes":"VM","mac":"52:54:00:77:00:11","uuid":"77000000-0000-4000-8000-000000000001",
                              "tap":"tap1","firmware":"BIOS","memory":1024,"accelerator":"tcg"}]}
                """);

        var state = LabState.read(new LabDirectory(root)).orElseThrow();

        assertEquals("id", state.id());
        assertEquals(2, state.machine("m1").cpus());
        assertEquals(0, state.machine("m1").disk());
    }

    @Test
    void isAbsentBeforeTheFirstLab(@TempDir Path root) {
        assertEquals(Optional.empty(), LabState.read(new LabDirectory(root)));
    }

    @Test
    void aBrokenFileIsNamed(@TempDir Path root) throws IOException {
        Files.writeString(root.resolve("state.json"), "{");

        var refusal = assertThrows(LabException.class, () -> LabState.read(new LabDirectory(root)));

        assertTrue(String.valueOf(refusal.getMessage()).contains("state.json cannot be read"), refusal::toString);
    }

    @Test
    void aProcessIdThatIsUsedAgainIsNotTheMakerOfTheLab() {
        assertTrue(Maker.self().isAlive());
        assertFalse(new Maker(Maker.self().pid(), 1).isAlive());
    }
}
