package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import io.grpc.Status;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FounderStateTest {

    private static final Status NO_MEMBER = Status.FAILED_PRECONDITION.withDescription("no member");
    private static final FounderState NOTHING = new FounderState(false, "");

    @Test
    void aMemberThatAnswersWasFounded() {
        assertEquals(new FounderState(true, ""), FounderState.of("m1", null, null));
    }

    @Test
    void oneWithoutMemberAndDataHasNotFounded() {
        assertEquals(NOTHING, FounderState.of("m1", NO_MEMBER, machine(false, document("Etcd", 0))));
        assertEquals(
                NOTHING,
                FounderState.of("m1", NO_MEMBER, machine(true, document("StateDisk", 3), document("Etcd", 0))));
    }

    @Test
    void aMemberThatDoesNotAnswerMayHaveData() {
        assertDoubt("UNAVAILABLE: etcd starts", Status.UNAVAILABLE.withDescription("etcd starts"), machine(false));
    }

    /** It cannot know yet what lies on its disk. */
    @Test
    void nothingIsKnownBeforeItsDiskIsThereAndItWasToldOfEtcd() {
        var unknown = "it has not come so far since it started";
        assertDoubt(unknown, NO_MEMBER, machine(true, document("StateDisk", 0), document("Etcd", 0)));
        assertDoubt(unknown, NO_MEMBER, machine(true, document("Etcd", 0)));
        assertDoubt(unknown, NO_MEMBER, machine(true, document("StateDisk", 3)));
        assertDoubt(unknown, NO_MEMBER, machine(false));
    }

    private static void assertDoubt(String why, Status refusal, Resource<MachineSpec, MachineStatus> machine) {
        var expected = "m1 was told to found the cluster, and whether it has cannot be seen: " + why;
        assertEquals(new FounderState(false, expected), FounderState.of("m1", refusal, machine));
    }

    private static MachineStatus.Document document(String kind, long applied) {
        return new MachineStatus.Document(kind, "default", 3, applied, 0, "");
    }

    private static Resource<MachineSpec, MachineStatus> machine(boolean disk, MachineStatus.Document... documents) {
        var spec = disk
                ? MachineSpec.undecided().withStateDisk(new MachineSpec.StateDisk("S5GX501", false))
                : MachineSpec.undecided();
        var status = MachineStatus.unseen()
                .edit()
                .documents(Arrays.asList(documents))
                .done();
        return new Resource<>(Kinds.MACHINE, ObjectMeta.named("m1"), spec, status);
    }
}
