package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Machines that are containers boot from the real server, enrol and are operated as virtual ones are. The tests follow each other. */
@TestMethodOrder(OrderAnnotation.class)
class ContainerNodesIT {

    private static final String[] TWO_CONTAINERS = {"--nodes", "container", "--machines", "2"};

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    @BeforeAll
    static void isRoot() {
        Requirements.root();
    }

    @Test
    @Order(1)
    void bootToReadyAndTellEveryStage() {
        var events = lab.up(TWO_CONTAINERS);

        for (var machine : List.of("m1", "m2")) {
            var stages = events.stream()
                    .filter(event -> event.path("event").asString().equals("stage")
                            && event.path("machine").asString().equals(machine))
                    .map(event -> event.path("stage").asString())
                    .toList();
            assertEquals(
                    List.of("dhcp", "loader", "script", "kernel", "stage-0", "agent", "enrolled", "ready"), stages);
        }
        assertEquals(2, events.getLast().path("machines").asInt());
    }

    @Test
    @Order(2)
    void theNodesAnswerForThemselves() {
        assertTrue(lab.cli("node", "m1", "services").succeeded().out().contains("enrollment"));
        var hardware = lab.json("node", "m2", "hardware").toString();
        assertTrue(hardware.contains("52:54:00:77:00:12"), hardware);
        // By the SMBIOS serial the enrolment rule names them.
        assertTrue(hardware.contains("\"systemSerial\":\"m2\""), hardware);
        assertTrue(lab.cli("node", "m1", "interfaces").succeeded().out().contains("192.168.77."));
    }

    @Test
    @Order(2)
    void theImageIsReadOnlyAndTheHostIsOutOfReach() throws Exception {
        var agent = ContainerProcess.agent("m1");
        var mounts = Files.readString(agent.directory().resolve("mountinfo"));

        assertTrue(mounts.lines().anyMatch(line -> line.matches(".* / / ro[, ].* - erofs .*")), mounts);
        assertEquals(0, agent.capabilities() & ContainerProcess.HOSTS_OWN);
        try (Stream<Path> devices = Files.list(agent.directory().resolve("root/dev"))) {
            assertTrue(
                    devices.noneMatch(device -> device.getFileName().toString().matches("[vs]d[a-z].*|nvme.*|loop.*")));
        }
    }

    @Test
    @Order(3)
    void comesBackAsTheSameMachineAfterAReboot() {
        try (var boots = new LabBoots(lab)) {
            var former = boots.newest("m1");
            var address = boots.address("m1");

            lab.cli("node", "m1", "reboot").succeeded();

            var next = boots.awaitNext("m1", former, LabBoots.Boot::isReady);
            assertNotEquals(former.id(), next.id());
            assertEquals(address, boots.address("m1"));
            assertEquals(List.of("m1", "m2"), boots.machines());
        }
    }

    @Test
    @Order(4)
    void isOffAfterAShutdownAndOnAgainByItsButton() {
        try (var boots = new LabBoots(lab)) {
            var former = boots.newest("m2");

            lab.cli("node", "m2", "shutdown").succeeded();
            LabFixture.await(
                    "m2 is off", () -> lab.status("m2").path("state").asString().equals("off"));
            lab.power("on", "m2");

            boots.awaitNext("m2", former, LabBoots.Boot::isReady);
        }
    }

    @Test
    @Order(5)
    void startsAgainWhenItsPlugIsPulled() {
        try (var boots = new LabBoots(lab)) {
            var former = boots.newest("m2");

            lab.power("reset", "m2");

            boots.awaitNext("m2", former, LabBoots.Boot::isReady);
        }
    }
}
