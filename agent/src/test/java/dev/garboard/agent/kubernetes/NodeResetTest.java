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
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.nodeconfig.StateDisk.Recorded;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
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

    /** Where the kernel has given the name to another disk since. */
    private static final Recorded MOVED = new Recorded("sdb", "S5GX501", "naa.5000c500a1", UUID);

    private static final DiskContent NOTHING = new DiskContent(Kind.NOTHING, "", "", "");
    private static final DiskContent OURS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", UUID);
    private static final DiskContent NEWER = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", OTHER);
    private static final DiskContent PHOTOGRAPHS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "photographs", OTHER);
    private static final List<DiskContent> FOREIGN = List.of(
            PHOTOGRAPHS,
            new DiskContent(Kind.UNKNOWN, "", "", ""),
            new DiskContent(Kind.PARTITION_TABLE, "gpt", "", ""));

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
        assertEquals(UUID, NodeReset.givenUp(DISK, OURS, state));
        assertEquals(
                Optional.of(
                        "this node's data is on sda (serial number \"S5GX501\", WWID \"naa.5000c500a1\"), and not on sdb"
                                + " (0 GB, serial S5GX999)"),
                NodeReset.refusal(SECOND, OURS, state, true));
    }

    @Test
    void aDiskThatIsNotInUseGoesOnlyAsANodesData() {
        assertEquals(Optional.empty(), NodeReset.refusal(DISK, OURS, State.nothing(), true));
        assertEquals(
                Optional.empty(),
                NodeReset.refusal(DISK, new DiskContent(Kind.ERASED, "", "", UUID), State.nothing(), false));
        for (var content : FOREIGN) {
            var why = NodeReset.refusal(DISK, content, State.nothing(), true);
            assertTrue(
                    why.orElse("")
                            .endsWith("which is no node's data: a reset erases nothing else. To lose it, set"
                                    + " spec.stateDisk.overwrite of the machine"),
                    why::toString);
        }
    }

    /** Overwrite alone is refused there: the machine's data is looked for. */
    @Test
    void whatIsForeignWhereTheMachinesDataWasGoesByWhatTheNodeTakes() {
        for (var content : FOREIGN) {
            var why = NodeReset.refusal(DISK, content, new State(null, DECLARED, null), true);
            assertTrue(
                    why.orElse("")
                            .endsWith("To lose it, set spec.stateDisk.overwrite of the machine, and"
                                    + " spec.stateDisk.discard to " + UUID),
                    why::toString);
        }
    }

    /** It is not mounted, so nothing that lies there can be asked, and it may be the only copy. */
    @Test
    void whetherEtcdNeedsADiskThatIsNotInUseIsNotKnown() {
        for (var content : List.of(OURS, NEWER, new DiskContent(Kind.DAMAGED, "ext4", "garboard-state", UUID))) {
            for (var state : List.of(State.nothing(), new State(null, DECLARED, null))) {
                var why = NodeReset.refusal(DISK, content, state, false).orElse("");

                assertTrue(why.contains("the file system " + content.uuid()), why);
                assertTrue(why.contains("whether etcd's data is on it, and others need it, is not known"), why);
                assertTrue(why.contains("spec.stateDisk"), why);
                assertTrue(why.endsWith("or say --leave-etcd-behind (leave_etcd_behind) to lose what is there"), why);
                assertEquals(Optional.empty(), NodeReset.refusal(DISK, content, state, true));
            }
        }
        var both = NodeReset.refusal(DISK, OURS, new State(null, DECLARED, "it has a vote"), false)
                .orElse("");
        assertTrue(both.startsWith("it has a vote. Moreover, "), both);
    }

    /** Then the record is what is erased: the node is held against it at every start. */
    @Test
    void aDiskThatHasLostTheMachinesDataIsBegunAnewByAReset() {
        var state = new State(null, DECLARED, null);

        assertEquals(Optional.empty(), NodeReset.refusal(DISK, NOTHING, state, false));
        assertEquals(UUID, NodeReset.givenUp(DISK, NOTHING, state));
        assertTrue(NodeReset.refusal(DISK, NOTHING, State.nothing(), false)
                .orElse("")
                .contains("garboard node MACHINE reboot"));
        var erased = new DiskContent(Kind.ERASED, "", "", OTHER);
        assertEquals(OTHER, NodeReset.givenUp(DISK, erased, State.nothing()));
        assertEquals(UUID, NodeReset.givenUp(DISK, erased, state));
    }

    /** Whoever asked hears what really went; the mark and the server go by what the node is held against. */
    @Test
    void anotherFileSystemThanTheRecordedIsNamedAsWhatItWas() {
        var state = new State(null, DECLARED, null);
        var plan = NodeReset.plan(DISK, Path.of("/dev/sda"), NEWER, state);

        assertEquals(OTHER, plan.found());
        assertEquals(UUID, plan.givenUp());
        assertEquals(
                Optional.empty(),
                DiskRecord.refusal(DECLARED, DISK, new DiskContent(Kind.ERASED, "", "", plan.givenUp())));
        assertEquals(
                UUID, NodeReset.plan(DISK, Path.of("/dev/sda"), NOTHING, state).found());
    }

    /** The record of another disk stays: what it stands for was not erased. */
    @Test
    void onAnotherDiskThanTheRecordedTheRecordIsNotGivenUp() {
        var state = new State(null, new StateDisk("sdb", false, null, MOVED, null), null);

        assertEquals(OTHER, NodeReset.givenUp(SECOND, NEWER, state));
        assertTrue(NodeReset.refusal(SECOND, NOTHING, state, false).orElse("").contains("has nothing on it"));
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
