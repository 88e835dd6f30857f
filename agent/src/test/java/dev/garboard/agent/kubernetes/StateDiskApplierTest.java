package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.agentapi.v1.Disk;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateDiskApplierTest {

    private static final Disk SYSTEM = disk("nvme0n1", "S5GX 501", "eui.0025385101");
    private static final Disk FIRST = disk("sda", "", "naa.5000c500a1");
    private static final Disk SECOND = disk("sdb", "", "naa.5000c500a2");
    private static final List<Disk> ALL = List.of(SYSTEM, FIRST, SECOND);

    @Test
    void aDiskIsFoundByEachOfItsNames() {
        assertEquals(SYSTEM, StateDiskApplier.find("nvme0n1", ALL));
        assertEquals(SYSTEM, StateDiskApplier.find("S5GX 501", ALL));
        assertEquals(SECOND, StateDiskApplier.find("naa.5000c500a2", ALL));
    }

    /** Memory cards and many virtual disks have neither serial number nor WWID. */
    @Test
    void aDiskWithoutNumbersHidesNoOther() {
        var bare = disk("mmcblk0", "", "");

        assertEquals(SYSTEM, StateDiskApplier.find("S5GX 501", List.of(bare, SYSTEM)));
        assertEquals(bare, StateDiskApplier.find("mmcblk0", List.of(bare, SYSTEM)));
    }

    @Test
    void oneThatIsNotThereIsWaitedForWithWhatIsThere() {
        var pending = assertThrows(DocumentPendingException.class, () -> StateDiskApplier.find("sdc", ALL));

        assertEquals(
                "waits for the disk \"sdc\", which is not there; the machine has nvme0n1 (500 GB, serial S5GX 501),"
                        + " sda (500 GB), sdb (500 GB)",
                pending.getMessage());
        assertEquals(
                "waits for the disk \"sdc\", which is not there; the machine has none",
                assertThrows(DocumentPendingException.class, () -> StateDiskApplier.find("sdc", List.of()))
                        .getMessage());
    }

    /** Virtual disks and cheap ones share serial numbers. */
    @Test
    void aNameOfSeveralDisksIsRefused() {
        var twins = List.of(disk("vda", "0001", ""), disk("vdb", "0001", ""));

        var refusal = assertThrows(IllegalStateException.class, () -> StateDiskApplier.find("0001", twins));

        assertEquals(
                "\"0001\" are several disks: vda (500 GB, serial 0001), vdb (500 GB, serial 0001); name one by its WWID or"
                        + " kernel name",
                refusal.getMessage());
    }

    private static Disk disk(String name, String serial, String wwid) {
        return Disk.newBuilder()
                .setName(name)
                .setSerial(serial)
                .setWwid(wwid)
                .setSizeBytes(500_000_000_000L)
                .build();
    }
}
