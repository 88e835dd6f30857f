package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.NodeReset.State;
import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.DiskErasure;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.nodeconfig.StateDisk.Recorded;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would be erased, of a file in the place of a disk. */
class NodeResetIT {

    private static final String UUID = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final Disk DISK =
            Disk.newBuilder().setName("sda").setSerial("S5GX501").build();
    private static final ResetRequest REQUEST =
            ResetRequest.newBuilder().setMachine("m1").setDisk("S5GX501").build();

    private final RecordingMount mount = new RecordingMount();

    @TempDir
    private Path devices;

    private State state = State.nothing();

    @BeforeEach
    void emptyDisk() throws IOException {
        try (var file = new RandomAccessFile(devices.resolve("sda").toFile(), "rw")) {
            file.setLength(64L << 20);
        }
    }

    @Test
    void aDiskThatLostTheMachinesDataIsBegunAnewInItsPlace() throws IOException {
        state = lost(null);

        var plan = plan(REQUEST);

        assertEquals(new NodeReset.Plan(DISK, devices.resolve("sda"), UUID, UUID), plan);
        assertEquals(List.of("load drivers"), mount.story);
        plan.carryOut();
        assertEquals(new DiskContent(DiskContent.Kind.ERASED, "", "", UUID), DiskContent.of(devices.resolve("sda")));
    }

    @Test
    void whatIsRefusedChangesNothing() throws IOException {
        var refused = refusal(REQUEST);

        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getCode());
        assertTrue(String.valueOf(refused.getDescription()).contains("has nothing on it"), refused::toString);
        assertEquals(
                DiskContent.Kind.NOTHING, DiskContent.of(devices.resolve("sda")).kind());
    }

    @Test
    void whatEtcdNeedsIsLeftBehindOnlyByAWord() {
        state = lost("it has a vote");

        assertEquals("it has a vote", refusal(REQUEST).getDescription());
        assertEquals(
                UUID, plan(REQUEST.toBuilder().setLeaveEtcdBehind(true).build()).givenUp());
    }

    @Test
    void aContainerHasNothingToReset() {
        mount.taken = true;

        assertEquals(
                "this node is a container, and its disks are its host's; begin anew with another directory",
                refusal(REQUEST).getDescription());
    }

    @Test
    void aDiskThatCannotBeReadIsRefused() throws IOException {
        Files.delete(devices.resolve("sda"));

        var refused = refusal(REQUEST);

        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getCode());
        assertTrue(
                String.valueOf(refused.getDescription()).startsWith("the disk cannot be looked at: "),
                refused::toString);
    }

    @Test
    void aDiskThatIsTooSmallToHaveBeenANodesIsNotErased() throws IOException {
        Files.write(devices.resolve("sda"), new byte[4096]);

        assertThrows(IOException.class, () -> new NodeReset.Plan(DISK, devices.resolve("sda"), UUID, UUID).carryOut());
        assertThrows(IOException.class, () -> DiskErasure.erase(devices.resolve("sda"), UUID));
    }

    private State lost(@Nullable String etcd) {
        var declared = new StateDisk("S5GX501", false, null, new Recorded("sda", "S5GX501", "", UUID), null);
        return new State(null, declared, etcd);
    }

    private NodeReset.Plan plan(ResetRequest request) {
        return new NodeReset(() -> "m1", () -> List.of(DISK), () -> state, mount, devices).plan(request);
    }

    private Status refusal(ResetRequest request) {
        return assertThrows(StatusRuntimeException.class, () -> plan(request)).getStatus();
    }
}
