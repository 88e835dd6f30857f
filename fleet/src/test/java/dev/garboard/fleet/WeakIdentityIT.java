package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A site that does not take boot session and subnet for proof. */
@Timeout(60)
class WeakIdentityIT {

    @TempDir
    Path directory;

    @Test
    void anAcceptedMachineStillWaitsUntilItsWeakProofIsAllowed() throws Exception {
        try (var rig = new FleetRig(directory, false)) {
            var session = rig.booted(MAC);
            rig.rule("strict", Acceptance.ACCEPTED, false);
            var node = rig.node();
            var answers = node.enroll(node.request(session, MAC, UUID).build());

            var pending = next(answers).getPending();

            assertTrue(pending.getReason().contains("spec.allowWeakIdentity"), pending::getReason);

            rig.store.update(Kinds.MACHINE, "node-1", machine -> {
                var spec = machine.spec();
                return machine.withSpec(new MachineSpec(
                        spec.acceptance(),
                        spec.identity(),
                        spec.image(),
                        spec.hostname(),
                        spec.dnsServers(),
                        spec.timeServers(),
                        true,
                        null));
            });

            assertEquals("node-1", next(answers).getAccepted().getMachine());
        }
    }

    @Test
    void aRuleMayAllowWeakProof() throws Exception {
        try (var rig = new FleetRig(directory, false)) {
            var session = rig.booted(MAC);
            rig.rule("lab", Acceptance.ACCEPTED, true);
            var node = rig.node();

            var answers = node.enroll(node.request(session, MAC, UUID).build());

            assertEquals("node-1", next(answers).getAccepted().getMachine());
        }
    }

    /** What is said of the machine itself weighs more than site and rule. */
    @Test
    void aMachineThatIsDeclaredToNeedBetterProofWaitsWhereTheSiteAllowsWeakProof() throws Exception {
        try (var rig = new FleetRig(directory, true)) {
            var spec = MachineSpec.undecided();
            var declared = new MachineSpec(
                    Acceptance.ACCEPTED,
                    new MachineIdentity(List.of(MAC), null, null, null),
                    spec.image(),
                    spec.hostname(),
                    spec.dnsServers(),
                    spec.timeServers(),
                    false,
                    spec.stateDisk());
            rig.store.create(
                    new Resource<>(Kinds.MACHINE, ObjectMeta.named("strict-1"), declared, MachineStatus.unseen()));
            eventually(() -> rig.index.get("strict-1").isPresent(), () -> "not indexed");
            rig.rule("lab", Acceptance.ACCEPTED, true);
            var session = rig.booted(MAC);
            var node = rig.node();

            var answer = next(node.enroll(node.request(session, MAC, UUID).build()));

            assertEquals("strict-1", answer.getPending().getMachine());
            assertTrue(answer.getPending().getReason().contains("not proof enough here"), answer::toString);
            assertEquals(0, rig.count("enroll accepted"));
        }
    }
}
