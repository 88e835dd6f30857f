package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Machines that no rule accepts. */
class PendingIT {

    private static final String ACCEPTED = "52:54:00:77:00:11";
    private static final String REJECTED = "52:54:00:77:00:12";

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    @Test
    void anUnknownMachineGetsNothingUntilAPersonAcceptsIt() throws Exception {
        try (var up = RunningUp.start(lab, "--machines", "2", "--keep-going", "--timeout", "60")) {
            // Machines take many times longer to come that far than this does.
            up.awaitStep("server");
            lab.kubectl("delete", "enrollmentrule", "lab").succeeded();

            LabFixture.await("both machines are pending", () -> pending(ACCEPTED) && pending(REJECTED));
            var first = name(ACCEPTED);
            var second = name(REJECTED);
            assertGotNothing(ACCEPTED, first);
            assertGotNothing(REJECTED, second);
            lab.cli("machine", "reject", second).succeeded();
            lab.cli("machine", "accept", first).succeeded();

            LabFixture.await(
                    "the accepted machine is ready",
                    () -> machine(ACCEPTED)
                            .orElseThrow()
                            .at("/status/phase")
                            .asString()
                            .equals("Ready"));
            lab.cli("node", first, "version").succeeded();
            LabFixture.await(
                    "the rejected machine's boot is refused",
                    () -> lab.cli("boots", second).out().contains("refused"));
            assertGotNothing(REJECTED, second);
            assertNotEquals(0, up.awaitEnd(), up::text);
        }
    }

    /** No certificate, no address of a node API, and nobody who answers there. */
    private static void assertGotNothing(String mac, String name) {
        var machine = machine(mac).orElseThrow();
        assertTrue(machine.at("/status/certificateNotAfter").asString("").isEmpty(), machine::toPrettyString);
        var version = lab.cli("node", name, "version");
        assertNotEquals(0, version.exitCode(), version::toString);
        leases(mac).forEach(address -> {
            var probe = lab.inside("bash", "-c", "exec 3<>/dev/tcp/" + address + "/7444");
            assertNotEquals(0, probe.exitCode(), "the node API of " + name + " answers");
        });
    }

    private static boolean pending(String mac) {
        return machine(mac)
                .filter(machine -> machine.at("/status/phase").asString("").equals("Pending"))
                .filter(machine -> machine.at("/spec/acceptance").asString("").equals("Pending"))
                .isPresent();
    }

    private static String name(String mac) {
        return machine(mac).orElseThrow().at("/metadata/name").asString();
    }

    private static Optional<JsonNode> machine(String mac) {
        return lab.kubectlJson("get", "machines")
                .path("items")
                .valueStream()
                .filter(machine -> machine.path("status").toString().contains(mac)
                        || machine.path("spec").toString().contains(mac))
                .findFirst();
    }

    private static List<String> leases(String mac) {
        return lab.kubectlJson("get", "leases")
                .path("items")
                .valueStream()
                .filter(lease -> lease.toString().contains(mac))
                .map(lease -> lease.at("/spec/address").asString())
                .distinct()
                .toList();
    }
}
