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
