package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import java.nio.file.Path;
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
}
