package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.DiskContent.Kind;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.nodeconfig.StateDisk.Recorded;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskRecordTest {

    private static final String WAS = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final String OTHER = "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c";
    private static final Recorded RECORDED = new Recorded("sda", "S5GX501", "naa.5000c500a1", WAS);
    private static final Disk DISK = disk("sda", "S5GX501", "naa.5000c500a1");

    private static final DiskContent NOTHING = new DiskContent(Kind.NOTHING, "", "", "");
    private static final DiskContent UNKNOWN = new DiskContent(Kind.UNKNOWN, "", "", "");
    private static final DiskContent PHOTOGRAPHS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "photographs", OTHER);
    private static final DiskContent COPY = new DiskContent(Kind.FILE_SYSTEM, "ext4", "photographs", WAS);
    private static final DiskContent OURS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", WAS);
    private static final DiskContent NEWER = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", OTHER);

    @Test
    void whereNothingWasRecordedAnyDiskWillDo() {
        for (var content : List.of(NOTHING, UNKNOWN, PHOTOGRAPHS, OURS)) {
            assertEquals(Optional.empty(), DiskRecord.refusal(new StateDisk("S5GX501"), DISK, content));
        }
    }

    /** Also on a disk that calls itself otherwise behind another controller. */
    @Test
    void whatWasRecordedIsTakenWhereverItIs() {
        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("S5GX501", null), DISK, OURS));
        assertEquals(
                Optional.empty(), DiskRecord.refusal(wanted("sda", null), disk("sda", "RAID-0", "naa.6000"), OURS));
    }

    @Test
    void aDiskThatLooksEmptyAndWasTheMachinesIsNotBegunAnew() {
        for (var name : List.of("S5GX501", "naa.5000c500a1", "sda")) {
            for (var content : List.of(NOTHING, UNKNOWN, PHOTOGRAPHS, COPY)) {
                assertTrue(DiskRecord.refusal(wanted(name, null), DISK, content).isPresent());
                assertTrue(
                        DiskRecord.refusal(wanted(name, OTHER), DISK, content).isPresent());
                assertEquals(Optional.empty(), DiskRecord.refusal(wanted(name, WAS), DISK, content));
            }
        }
        assertEquals(
                Optional.of("expected this machine's data, the file system " + WAS
                        + ": it was erased, or the disk or its controller has lost it (garboard node MACHINE dmesg). Do not"
                        + " write to it while the data can be mended; to begin anew without it, set"
                        + " spec.stateDisk.discard of the machine to " + WAS
                        + ", or reset the node (garboard node MACHINE reset --disk S5GX501)"),
                DiskRecord.refusal(wanted("S5GX501", null), DISK, NOTHING));
    }

    /** A reset erases neither: it would refuse, and the node would be where it was. */
    @Test
    void whatNoResetErasesIsNotAdvisedToBeReset() {
        for (var content : List.of(UNKNOWN, PHOTOGRAPHS, COPY)) {
            var why = DiskRecord.refusal(wanted("S5GX501", null), DISK, content).orElse("");

            assertTrue(
                    why.endsWith("to begin anew without it, set spec.stateDisk.discard of the machine to " + WAS
                            + ", and spec.stateDisk.overwrite to lose what lies there now"),
                    why);
        }
    }

    /** It may have data of etcd, which a reset cannot ask: the way out is the one that erases nothing. */
    @Test
    void anotherNodesFileSystemOnTheSameDiskIsRefusedWithTheWayOutThatKeepsIt() {
        assertEquals(
                Optional.of("with the UUID " + OTHER + ", expected this machine's data, the file system " + WAS
                        + ": was it copied, or formatted elsewhere? To go on with what is there, and give up what was,"
                        + " set spec.stateDisk.discard of the machine to " + WAS),
                DiskRecord.refusal(wanted("S5GX501", null), DISK, NEWER));
        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("S5GX501", WAS), DISK, NEWER));
        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("S5GX501", OTHER), DISK, NEWER));
    }

    /** The server need not have heard of it: the disk says it itself. */
    @Test
    void whatAResetHasErasedIsMissedByNobody() {
        assertEquals(
                Optional.empty(),
                DiskRecord.refusal(wanted("S5GX501", null), DISK, new DiskContent(Kind.ERASED, "", "", WAS)));
        assertTrue(DiskRecord.refusal(wanted("S5GX501", null), DISK, new DiskContent(Kind.ERASED, "", "", OTHER))
                .isPresent());
    }

    /** It was the disk in use, by an order or a discard that the server had not heard the end of. */
    @Test
    void whatAResetHasErasedIsKnownByEveryNameThatItHadInUse() {
        var order = new StateDisk.Order(OTHER, "", "", Instant.EPOCH);
        var erased = new DiskContent(Kind.ERASED, "", "", OTHER);

        assertEquals(
                Optional.empty(),
                DiskRecord.refusal(new StateDisk("S5GX501", true, null, RECORDED, order), DISK, erased));
        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("S5GX501", OTHER), DISK, erased));
    }

    /** It was formatted, and the node's power failed before the server heard of it. */
    @Test
    void whatAnOrderHasMadeNeedsNoRecord() {
        var order = new StateDisk.Order(OTHER, "", "", Instant.EPOCH);

        assertEquals(
                Optional.empty(),
                DiskRecord.refusal(new StateDisk("S5GX501", true, null, RECORDED, order), DISK, NEWER));
        assertTrue(DiskRecord.refusal(new StateDisk("S5GX501", true, null, RECORDED, order), DISK, NOTHING)
                .isPresent());
    }

    @Test
    void anotherDiskIsTakenWhenItIsNamedAndNotWhenTheKernelSwappedNames() {
        var blank = disk("sda", "S5GX999", "naa.5000c500b9");

        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("S5GX999", null), blank, NOTHING));
        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("naa.5000c500b9", null), blank, NEWER));
        assertEquals(
                Optional.of("and is not the disk with this machine's data, the file system " + WAS
                        + " on the serial number S5GX501: the kernel has given the name \"sda\" to another. Name a disk by"
                        + " its serial number or WWID in spec.stateDisk.disk"),
                DiskRecord.refusal(wanted("sda", null), blank, NOTHING));
        assertTrue(DiskRecord.refusal(wanted("sda", null), blank, NEWER).isPresent());
        // It was sda, so somebody has named another since.
        assertEquals(Optional.empty(), DiskRecord.refusal(wanted("sdb", null), disk("sdb", "S5GX999", ""), NOTHING));
    }

    /** Memory cards and many virtual disks have neither serial number nor WWID. */
    @Test
    void aDiskWithoutNumbersIsKnownByItsKernelName() {
        var wanted = new StateDisk("vda", false, null, new Recorded("vda", "", "", WAS), null);

        assertTrue(DiskRecord.refusal(wanted, disk("vda", "", ""), NOTHING).isPresent());
        assertEquals(
                Optional.empty(),
                DiskRecord.refusal(
                        new StateDisk("vdb", false, null, new Recorded("vda", "", "", WAS), null),
                        disk("vdb", "", ""),
                        NOTHING));
    }

    /** The server takes neither discard nor overwrite for a kernel name. */
    @Test
    void onADiskWithoutNumbersNothingIsAdvisedThatTheServerRefuses() {
        var wanted = new StateDisk("vda", false, null, new Recorded("vda", "", "", WAS), null);
        var bare = disk("vda", "", "");
        for (var content : List.of(NOTHING, UNKNOWN, PHOTOGRAPHS, NEWER)) {
            var why = DiskRecord.refusal(wanted, bare, content).orElse("");
            assertFalse(why.contains("discard") || why.contains("overwrite"), why);
        }
        assertTrue(DiskRecord.refusal(wanted, bare, NOTHING)
                .orElse("")
                .endsWith("to begin anew without it, reset the node (garboard node MACHINE reset --disk vda)"));
        assertTrue(DiskRecord.refusal(wanted, bare, UNKNOWN)
                .orElse("")
                .endsWith("to begin anew without it, write zeros over the disk from a rescue system and reset the node"
                        + " (garboard node MACHINE reset --disk vda)"));
        assertTrue(DiskRecord.refusal(wanted, bare, NEWER)
                .orElse("")
                .endsWith("To lose both, if etcd needs neither, reset the node (garboard node MACHINE reset --disk vda"
                        + " --leave-etcd-behind)"));
    }

    private static StateDisk wanted(String name, @Nullable String discard) {
        return new StateDisk(name, true, discard, RECORDED, null);
    }

    private static Disk disk(String name, String serial, String wwid) {
        return Disk.newBuilder().setName(name).setSerial(serial).setWwid(wwid).build();
    }
}
