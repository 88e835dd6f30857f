package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.DiskContent.Kind;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.kubernetes.document.StateDisk;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiskLeaveTest {

    private static final String OLD = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final String NEW = "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c";

    private static final DiskContent PHOTOGRAPHS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "photographs", NEW);
    private static final DiskContent OURS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", OLD);
    private static final DiskContent OURS_DAMAGED = new DiskContent(Kind.DAMAGED, "ext4", "garboard-state", OLD);

    private static final Disk DISK = Disk.newBuilder()
            .setName("sda")
            .setSerial("S5GX501")
            .setWwid("naa.5000c500a1")
            .build();

    @Test
    void zerosNeedNoLeave() {
        assertEquals(
                Optional.empty(),
                DiskLeave.refusal(new StateDisk("sda", false), DISK, new DiskContent(Kind.NOTHING, "", "", "")));
    }

    @Test
    void whatIsForeignGoesByOverwriteAlone() {
        for (var content : List.of(
                PHOTOGRAPHS,
                new DiskContent(Kind.UNKNOWN, "", "", ""),
                new DiskContent(Kind.DAMAGED, "ext4", "photographs", NEW),
                new DiskContent(Kind.SEVERAL, "", "", ""),
                new DiskContent(Kind.PARTITION_TABLE, "gpt", "", ""))) {
            assertTrue(DiskLeave.refusal(new StateDisk("S5GX501", false), DISK, content)
                    .isPresent());
            assertTrue(DiskLeave.refusal(new StateDisk("S5GX501", false, NEW), DISK, content)
                    .isPresent());
            assertEquals(Optional.empty(), DiskLeave.refusal(new StateDisk("S5GX501", true), DISK, content));
            assertEquals(Optional.empty(), DiskLeave.refusal(new StateDisk("naa.5000c500a1", true), DISK, content));
        }
    }

    /** An order that was once given must not act on what a later accident leaves. */
    @Test
    void aNodesDataGoesOnlyByItsUuidWholeOrDamaged() {
        for (var content : List.of(OURS, OURS_DAMAGED)) {
            assertEquals(
                    Optional.of("with the UUID " + OLD
                            + ": a node's data, which nothing but its UUID gives up. Mend it from a rescue system (e2fsck -b"
                            + " 32768), or set spec.stateDisk.discard of the machine to that UUID to lose it"),
                    DiskLeave.refusal(new StateDisk("S5GX501", true), DISK, content));
            assertTrue(DiskLeave.refusal(new StateDisk("S5GX501", true, NEW), DISK, content)
                    .isPresent());
            assertEquals(Optional.empty(), DiskLeave.refusal(new StateDisk("S5GX501", false, OLD), DISK, content));
        }
    }

    @Test
    void nothingGoesByAKernelName() {
        assertEquals(
                Optional.of(
                        "and \"sda\" is a name that the kernel may give to another disk at the next start; to lose what is"
                                + " there, name the disk by its WWID \"naa.5000c500a1\" in spec.stateDisk.disk"),
                DiskLeave.refusal(new StateDisk("sda", true), DISK, PHOTOGRAPHS));
        assertTrue(
                DiskLeave.refusal(new StateDisk("sda", false, OLD), DISK, OURS).isPresent());
    }
}
