package dev.garboard.fleet;

import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.inventory.EnrollmentRules;
import dev.garboard.inventory.MachineIdentity;
import java.net.InetAddress;
import java.util.Map;

/**
 * A machine that asks to enrol.
 *
 * @param mac that it booted from, as its boot session says
 */
record Applicant(EnrollRequest request, InetAddress peer, MachineIdentity identity, String mac) {

    String session() {
        return request.getBootSession();
    }

    Map<String, Object> facts() {
        return HardwareFacts.json(request.getHardware());
    }

    EnrollmentRules.Candidate candidate() {
        var manufacturer = request.getHardware().getSmbios().getSystemManufacturer();
        return new EnrollmentRules.Candidate(
                mac, identity, peer.getHostAddress(), manufacturer.isEmpty() ? null : manufacturer);
    }
}
