package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.fleet.LivingNodes.Found;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Kinds;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose place a new boot takes, when that changes while it is looked whether the place is free. */
@Timeout(120)
class SuccessionIT {

    private static final String TWIN = "f".repeat(32);

    @TempDir
    Path directory;

    private final List<String> askedAbout = new ArrayList<>();
    private FleetRig rig;
    private String first;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        first = rig.booted(MAC);
        var node = rig.node();
        node.take(next(node.enroll(node.request(first, MAC, UUID).build())).getAccepted());
        node.connect("node-1", first);
        FleetRig.eventually(
                () -> rig.index.get("node-1").orElseThrow().status().apiPort() != 0, () -> "the node is not connected");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void noBootIsReplacedThatWasNotAskedAbout() throws Exception {
        var second = rig.booted(MAC);
        var request = rig.node().request(second, MAC, UUID).build();

        var outcome = enrollment(boot -> {
                    askedAbout.add(boot.session());
                    if (boot.session().equals(first)) {
                        become(TWIN);
                        return Found.GONE;
                    }
                    return Found.UP;
                })
                .decide(request, InetAddress.ofLiteral("127.0.0.1"));

        assertEquals(Outcome.CLAIMED_TWICE, outcome.cause());
        assertEquals(List.of(first, TWIN), askedAbout);
        assertEquals(TWIN, rig.machine("node-1").status().bootSession());
    }

    @Test
    void whoFindsAnotherBootEachTimeIsRefused() throws Exception {
        var second = rig.booted(MAC);
        var request = rig.node().request(second, MAC, UUID).build();

        var outcome = enrollment(boot -> {
                    askedAbout.add(boot.session());
                    become("%032x".formatted(askedAbout.size()));
                    return Found.GONE;
                })
                .decide(request, InetAddress.ofLiteral("127.0.0.1"));

        assertEquals("former-boot-changes", outcome.cause());
        assertEquals(3, askedAbout.size());
    }

    private void become(String session) {
        rig.store.update(
                Kinds.MACHINE,
                "node-1",
                machine -> machine.withStatus(new StatusChange(machine.status(), Instant.now())
                        .booted(session, "0.1.0", "lab-1")
                        .seen()));
        try {
            FleetRig.eventually(
                    () -> session.equals(
                            rig.index.get("node-1").orElseThrow().status().bootSession()),
                    () -> "the index does not follow");
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private Enrollment enrollment(LivingNodes living) {
        var clock = InstantSource.system();
        var log = new SessionLog(rig.inventory.bootSessions(), clock);
        var proof = new BootProof(log, mac -> Optional.ofNullable(rig.leases.get(mac)), rig.inventory.bootTickets());
        var config = new FleetConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                true,
                Duration.ofHours(24),
                3,
                60,
                Duration.ofMinutes(2),
                ConnectionLimits.of(100, 100));
        return new Enrollment(rig.store, rig.index, log, proof, living, rig.authority, config, clock);
    }
}
