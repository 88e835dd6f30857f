package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever becomes of {@code up}, {@code down} leaves the host as it was. */
class LeavesNothingBehindIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private Leftovers before = new Leftovers(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

    @BeforeEach
    void look() {
        before = Leftovers.of(lab.directory());
        assertTrue(before.processes().isEmpty(), before::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"site", "network", "machines"})
    void afterUpWasKilledInTheMiddle(String step) throws Exception {
        try (var up = RunningUp.start(lab)) {
            up.awaitStep(step);
            up.process().destroyForcibly().waitFor();
        }
        var during = Leftovers.of(lab.directory());
        if (!step.equals("site")) {
            assertFalse(during.processes().isEmpty(), "nothing outlived up, so nothing was tried");
            assertEquals(1, during.namespaces().size(), during::toString);
        }

        lab.down();

        Leftovers.assertSame(before, lab.directory());
        assertFalse(Leftovers.areInUse(during.namespaces()), during::toString);
    }

    @Test
    void afterUpFailed() {
        lab.tryUp("--timeout", "2").exitedWith(1);
        var during = Leftovers.of(lab.directory());
        assertTrue(
                during.processes().stream().anyMatch(process -> process.contains("qemu")),
                "a machine that failed is left to be looked at: " + during);

        lab.down();

        Leftovers.assertSame(before, lab.directory());
        assertFalse(Leftovers.areInUse(during.namespaces()), during::toString);
    }

    @Test
    void upRemovesWhatWasLeftByOneThatWasKilledWhileItMadeALab() throws Exception {
        try (var up = RunningUp.start(lab)) {
            up.awaitStep("network");
            up.process().destroyForcibly().waitFor();
        }
        var killed = Leftovers.of(lab.directory());

        lab.tryUp("--timeout", "2");

        // Not the namespaces: the kernel gives a new one the number of one that is gone.
        assertFalse(killed.processes().isEmpty(), "nothing outlived up, so nothing was tried");
        var now = Leftovers.of(lab.directory());
        assertTrue(Collections.disjoint(now.processes(), killed.processes()), () -> killed + ", then " + now);
        lab.down();
        Leftovers.assertSame(before, lab.directory());
    }

    @Test
    void upGoesOnWithTheLabOfOneThatWasKilledWhileItWaited() throws Exception {
        try (var up = RunningUp.start(lab)) {
            up.awaitStep("machines");
            up.process().destroyForcibly().waitFor();
        }
        var killed = Leftovers.of(lab.directory());
        var other = lab.tryUp("--machines", "2");
        assertTrue(other.err().contains("the lab is up already, with 1 machine"), other::toString);
        lab.power("off", "m1");

        var events = lab.up();

        assertEquals("ready", events.getLast().path("event").asString());
        assertEquals(killed.namespaces(), Leftovers.of(lab.directory()).namespaces());
        lab.down();
        Leftovers.assertSame(before, lab.directory());
    }
}
