package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever becomes of {@code up} with container nodes, {@code down} leaves the host as it was: no process, namespace, mount, control group. */
class ContainersLeaveNothingBehindIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    @BeforeAll
    static void isRoot() {
        Requirements.root();
    }

    @Test
    void afterUpWasKilledWhileTheMachinesBooted() throws Exception {
        var before = Leftovers.of(lab.directory());
        try (var up = RunningUp.start(lab, "--nodes", "container", "--machines", "2")) {
            up.awaitStep("machines");
            LabFixture.await("a container runs", () -> lab.console("m1").contains("garboard: stage agent"));
            up.process().destroyForcibly().waitFor();
        }
        var during = Leftovers.of(lab.directory());
        assertFalse(during.cgroups().isEmpty(), "no control group was made, so nothing was tried");
        assertTrue(
                during.processes().stream().anyMatch(process -> process.endsWith(" unshare")),
                "no container outlived up, so nothing was tried: " + during);

        lab.down();

        Leftovers.assertSame(before, lab.directory());
        assertFalse(Leftovers.areInUse(during.namespaces()), during::toString);
    }

    @Test
    void afterTheFirmwareOfAMachineWasKilled() {
        var before = Leftovers.of(lab.directory());
        lab.up("--nodes", "container", "--machines", "1");
        var during = Leftovers.of(lab.directory());
        var firmware = ProcessHandle.of(lab.status("m1").path("pid").asLong()).orElseThrow();
        assertTrue(firmware.destroyForcibly());
        LabFixture.await(
                "the container ends with its firmware",
                () -> Leftovers.of(lab.directory()).processes().stream()
                        .noneMatch(process -> process.endsWith(" unshare")));

        lab.down();

        Leftovers.assertSame(before, lab.directory());
        assertFalse(Leftovers.areInUse(during.namespaces()), during::toString);
        assertEquals(before.cgroups(), Leftovers.of(lab.directory()).cgroups());
    }
}
