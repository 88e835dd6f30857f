package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.MachineStatus.Document;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Role;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineShowCommandIT {

    @TempDir
    private Path directory;

    @Test
    void showsTheDesiredTheAppliedAndTheFailedRevisionOfEachDocument() throws Exception {
        try (var site = new RunningSite(directory)) {
            var seen = MachineStatus.unseen();
            var status = new MachineStatus(
                    seen.phase(),
                    seen.identity(),
                    seen.facts(),
                    null,
                    0,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    List.of(
                            new Document("KubernetesBundle", "default", 2, 1, 2, "the image was changed"),
                            new Document("Kubelet", "default", 3, 0, 0, "waits for the bundle"),
                            new Document("Cni", "default", 4, 4, 0, "")),
                    seen.conditions());
            site.store().create(new Resource<>(Kinds.MACHINE, ObjectMeta.named("m1"), MachineSpec.undecided(), status));

            var shown = site.runAs(Role.READER, "machine", "show", "m1");

            assertEquals(
                    List.of(
                            "KubernetesBundle:  revision 1 of 2, 2 failed: the image was changed",
                            "Kubelet:           revision 0 of 3: waits for the bundle",
                            "Cni:               revision 4 of 4"),
                    shown.out()
                            .lines()
                            .filter(line -> line.contains("revision "))
                            .toList(),
                    shown::toString);
        }
    }
}
