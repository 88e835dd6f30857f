package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Kinds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What several machines show at once: node-1 is connected in each of these. */
@Timeout(120)
class SharedIdentityIT {

    private static final String OTHER_MAC = "52:54:00:00:00:02";
    private static final String OTHER_UUID = "9b0c6f52-1d7e-4c38-a2f5-6e81d03b7a94";

    @TempDir
    Path directory;

    FleetRig rig;
    FakeNode first;
    String firstSession;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        firstSession = rig.booted(MAC);
        first = rig.node();
        first.take(next(first.enroll(first.request(firstSession, MAC, UUID).build()))
                .getAccepted());
        first.connect("node-1", firstSession);
        eventually(
                () -> rig.index.get("node-1").orElseThrow().status().conditions().stream()
                        .anyMatch(condition -> condition.type().equals("Connected")),
                () -> rig.machine("node-1").toString());
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void twoThatRunWithOneUuidAreTwoMachinesAndEachIsTold() throws Exception {
        assertEquals("node-2", enrolled(OTHER_MAC, UUID));

        assertEquals(List.of("uuid " + UUID + " is also that of node-2"), shared("node-1"));
        assertEquals(List.of("uuid " + UUID + " is also that of node-1"), shared("node-2"));
        assertEquals("node-1", again(UUID));
        assertEquals("node-2", enrolled(OTHER_MAC, UUID));
    }

    @Test
    void whenTheOtherIsDeletedTheUuidCountsAgain() throws Exception {
        enrolled(OTHER_MAC, UUID);

        rig.store.delete(Kinds.MACHINE, "node-2", 0);
        eventually(() -> rig.index.get("node-2").isEmpty(), () -> "node-2 is still there");

        assertEquals("node-1", again(UUID));
        assertEquals(List.of(), shared("node-1"));
    }

    @Test
    void anAdapterThatIsCarriedOnMakesNoMachineOfTwo() throws Exception {
        assertEquals("node-2", enrolled(MAC, OTHER_UUID, OTHER_MAC));

        assertEquals(List.of("MAC address " + MAC + " is also that of node-2"), shared("node-1"));
        assertEquals(List.of("MAC address " + MAC + " is also that of node-1"), shared("node-2"));
        assertEquals("node-1", again(UUID));
        assertEquals("node-2", enrolled(MAC, OTHER_UUID, OTHER_MAC));
    }

    @Test
    void aCardThatIsOnlyClaimedIsNotTakenFromTheMachineThatHasIt() throws Exception {
        assertEquals("node-2", enrolled(OTHER_MAC, OTHER_UUID, MAC));

        assertEquals(
                List.of(OTHER_MAC), rig.machine("node-2").status().identity().macs());
        assertEquals(List.of(), shared("node-1"));
        assertEquals("node-1", again(""));
    }

    @Test
    void whileTheMachineIsOffSomebodyWithItsUuidWaitsForAPerson() throws Exception {
        rig.open.forEach(Runnable::run);
        rig.open.clear();
        eventually(
                () -> rig.index.get("node-1").orElseThrow().status().phase().equals("Lost"),
                () -> rig.machine("node-1").toString());
        var node = rig.node();

        var answer = next(
                node.enroll(node.request(rig.booted(OTHER_MAC), OTHER_MAC, UUID).build()));

        assertTrue(answer.getPending().getReason().startsWith("node-1: it has the same UUID"), answer::toString);
        assertEquals(1, rig.store.list(Kinds.MACHINE).items().size());
    }

    /** The first machine, which is up, asks once more: nobody else can while it answers. */
    private String again(String uuid) throws InterruptedException {
        var answer = next(first.enroll(first.request(firstSession, MAC, uuid).build()));
        assertTrue(answer.hasAccepted(), answer::toString);
        return answer.getAccepted().getMachine();
    }

    private String enrolled(String bootMac, String uuid, String... moreMacs) throws InterruptedException {
        var node = rig.node();
        EnrollRequest.Builder request = node.request(rig.booted(bootMac), bootMac, uuid);
        for (var mac : moreMacs) {
            request.getHardwareBuilder()
                    .addNics(NetworkInterfaceCard.newBuilder().setName("eth1").setPermanentMac(mac));
        }
        var answer = next(node.enroll(request.build()));
        assertTrue(answer.hasAccepted(), answer::toString);
        return answer.getAccepted().getMachine();
    }

    /** The beginnings of the conditions' messages. */
    private List<String> shared(String machine) {
        return rig.machine(machine).status().conditions().stream()
                .filter(condition -> condition.type().equals("DuplicateIdentity"))
                .map(condition -> condition.message().split("\\.", 2)[0])
                .toList();
    }
}
