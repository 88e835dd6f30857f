package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.NodeReset.State;
import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.DiskContent.Kind;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.kubernetes.document.StateDisk;
import dev.garboard.kubernetes.document.StateDisk.Recorded;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class NodeResetTest {

    private static final String UUID = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final String OTHER = "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c";
    private static final Disk DISK = disk("sda", "S5GX501", "naa.5000c500a1");
    private static final Disk SECOND = disk("sdb", "S5GX999", "naa.5000c500a2");
    private static final Disk BARE = disk("mmcblk0", "", "");
    private static final List<Disk> ALL = List.of(DISK, SECOND, BARE);

    private static final NodeMessage.StateDisk USED = NodeMessage.StateDisk.newBuilder()
            .setDevice("sda")
            .setSerial("S5GX501")
            .setWwid("naa.5000c500a1")
            .setFileSystem(UUID)
            .build();

    private static final StateDisk DECLARED =
            new StateDisk("S5GX501", false, null, new Recorded("sda", "S5GX501", "naa.5000c500a1", UUID), null);

    private static final DiskContent NOTHING = new DiskContent(Kind.NOTHING, "", "", "");
    private static final DiskContent OURS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", UUID);
    private static final DiskContent PHOTOGRAPHS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "photographs", OTHER);

    @Test
    void aDiskIsNamedByANumberThatItKeeps() {
        assertEquals(DISK, NodeReset.find("S5GX501", ALL));
        assertEquals(DISK, NodeReset.find("naa.5000c500a1", ALL));
        assertEquals(BARE, NodeReset.find("mmcblk0", ALL));
        assertEquals(
                "this machine has no disk with the serial number or WWID \"sda\"; it has sda (0 GB, serial S5GX501), sdb (0 GB,"
                        + " serial S5GX999), mmcblk0 (0 GB)",
                refused(() -> NodeReset.find("sda", ALL)).getDescription());
        assertEquals(
                "\"S5GX501\" are several disks: sda (0 GB, serial S5GX501), sdc (0 GB, serial S5GX501); name one by its WWID",
                refused(() -> NodeReset.find("S5GX501", List.of(DISK, disk("sdc", "S5GX501", ""))))
                        .getDescription());
    }

    @Test
    void whatIsForAnotherMachineOrForNoDiskIsRefusedBeforeAnythingIsLookedAt() {
        var resets = new NodeReset(() -> "m1", () -> ALL, () -> {
            throw new AssertionError("nothing was to be asked");
        });

        var other = refused(() -> resets.plan(
                ResetRequest.newBuilder().setMachine("m2").setDisk("S5GX501").build()));
        assertEquals(Status.Code.FAILED_PRECONDITION, other.getCode());
        assertEquals("the reset is for the machine \"m2\", and this is \"m1\"", other.getDescription());
        assertEquals(
                Status.Code.INVALID_ARGUMENT,
                refused(() -> resets.plan(
                                ResetRequest.newBuilder().setMachine("m1").build()))
                        .getCode());
    }

    @Test
    void theDiskInUseIsTheOneThatGoes() {
        var state = new State(USED, DECLARED, null);

        assertEquals(Optional.empty(), NodeReset.refusal(DISK, OURS, state, false));
        assertEquals(UUID, NodeReset.fileSystem(OURS, state));
        assertEquals(
                Optional.of(
                        "this node's data is on sda (serial number \"S5GX501\", WWID \"naa.5000c500a1\"), and not on sdb"
                                + " (0 GB, serial S5GX999)"),
                NodeReset.refusal(SECOND, OURS, state, true));
    }

    @Test
    void aDiskThatIsNotInUseGoesOnlyAsANodesData() {
        assertEquals(Optional.empty(), NodeReset.refusal(DISK, OURS, State.nothing(), false));
        assertEquals(
                Optional.empty(),
                NodeReset.refusal(
                        DISK, new DiskContent(Kind.DAMAGED, "ext4", "garboard-state", UUID), State.nothing(), false));
        assertEquals(
                Optional.empty(),
                NodeReset.refusal(DISK, new DiskContent(Kind.ERASED, "", "", UUID), State.nothing(), false));
        for (var content : List.of(
                PHOTOGRAPHS,
                new DiskContent(Kind.UNKNOWN, "", "", ""),
                new DiskContent(Kind.PARTITION_TABLE, "gpt", "", ""))) {
            var why = NodeReset.refusal(DISK, content, new State(null, DECLARED, null), true);
            assertTrue(why.orElse("").contains("which is no node's data: a reset erases nothing else"), why::toString);
        }
    }

    /** Then the record is what is erased: the node is held against it at every start. */
    @Test
    void aDiskThatHasLostTheMachinesDataIsBegunAnewByAReset() {
        var state = new State(null, DECLARED, null);

        assertEquals(Optional.empty(), NodeReset.refusal(DISK, NOTHING, state, false));
        assertEquals(UUID, NodeReset.fileSystem(NOTHING, state));
        assertEquals(
                UUID, NodeReset.fileSystem(new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", OTHER), state));
        assertTrue(NodeReset.refusal(DISK, NOTHING, State.nothing(), false)
                .orElse("")
                .contains("garboard node MACHINE reboot"));
        assertEquals(OTHER, NodeReset.fileSystem(new DiskContent(Kind.ERASED, "", "", OTHER), State.nothing()));
    }

    @Test
    void aMemberThatEtcdNeedsStaysUnlessItIsLeftBehind() {
        var state = new State(USED, DECLARED, "it has a vote");

        assertEquals(Optional.of("it has a vote"), NodeReset.refusal(DISK, OURS, state, false));
        assertEquals(Optional.empty(), NodeReset.refusal(DISK, OURS, state, true));
    }

    private static Status refused(Executable call) {
        return assertThrows(StatusRuntimeException.class, call).getStatus();
    }

    private static Disk disk(String name, String serial, String wwid) {
        return Disk.newBuilder().setName(name).setSerial(serial).setWwid(wwid).build();
    }
}
