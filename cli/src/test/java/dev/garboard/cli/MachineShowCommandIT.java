package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.MachineStatus.Document;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Role;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineShowCommandIT {

    @TempDir
    private Path directory;

    @Test
    void showsTheDesiredTheAppliedAndTheFailedRevisionOfEachDocument() throws Exception {
        try (var site = new RunningSite(directory)) {
            var status = MachineStatus.unseen()
                    .edit()
                    .stateDisk(new MachineStatus.StateDisk(
                            "nvme0n1",
                            "S5GXNX0T501",
                            null,
                            500_107_862_016L,
                            "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a",
                            Instant.EPOCH))
                    .documents(List.of(
                            new Document("KubernetesBundle", "default", 2, 1, 2, "the image was changed"),
                            new Document("Kubelet", "default", 3, 0, 0, "waits for the bundle"),
                            new Document("Cni", "default", 4, 4, 0, "")))
                    .done();
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
            assertTrue(
                    shown.out()
                            .contains("State disk:        nvme0n1, serial S5GXNX0T501, 500 GB, file system"
                                    + " 0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a since 1970-01-01T00:00:00Z"),
                    shown::toString);
        }
    }
}
