package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.e2e.LabBoots.Boot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What goes wrong in a machine room, done to the two machines of one lab; in order, because each boot takes half a minute. */
@TestMethodOrder(OrderAnnotation.class)
class FaultIT {

    @RegisterExtension
    static final LabFixture LAB = new LabFixture();

    /** Inside the superblock of the file system in root.cpio, which every boot reads. */
    private static final int IN_SUPERBLOCK = 120 + 1024 + 16;

    private static LabBoots boots;

    @BeforeAll
    static void up() {
        LAB.up("--machines", "2");
        boots = new LabBoots(LAB);
    }

    @AfterAll
    static void close() {
        if (boots != null) {
            boots.close();
        }
    }

    @Test
    @Order(1)
    void twoMachinesThatBootAtOnceAreTwo() {
        assertEquals(List.of("m1", "m2"), boots.machines());
        assertNotEquals(boots.address("m1"), boots.address("m2"));
        assertNotEquals(boots.newest("m1").id(), boots.newest("m2").id());
    }

    /** The agent ends by an error that it can still report, on the other machine by a fault that leaves it no time to. */
    @ParameterizedTest
    @Order(2)
    @CsvSource({"KIND_THROW, thrown on purpose, KIND_SIGSEGV", "KIND_OOM, OutOfMemoryError, KIND_EXIT"})
    void aNodeWhoseAgentDiesComesBackAsTheSameMachineAndTheBootSaysWhy(String error, String said, String fault) {
        var told = boots.newest("m1");
        var silent = boots.newest("m2");
        var addresses = List.of(boots.address("m1"), boots.address("m2"));

        crash("m1", error);
        crash("m2", fault);

        boots.awaitNext("m1", told, Boot::isReady);
        boots.awaitNext("m2", silent, Boot::isReady);
        assertEquals(List.of("m1", "m2"), boots.machines());
        assertEquals(addresses, List.of(boots.address("m1"), boots.address("m2")));
        told = boots.boot(told.id());
        assertTrue(told.cause().contains(said), told::toString);
        silent = boots.boot(silent.id());
        assertTrue(silent.cause().contains("the kernel or the agent died"), silent::toString);
    }

    @Test
    @Order(3)
    void aMachineArrivesThoughTheServerIsKilledWhileItLoads() {
        var former = boots.newest("m1");
        var server = boots.server();
        LAB.power("off", "m2");
        LAB.power("reset", "m1");
        var loading = boots.awaitNext("m1", former, boot -> boot.reached("initramfs"));

        server.destroyForcibly();
        server.onExit().join();
        LAB.lab("server", "start").succeeded();

        var arrived = boots.await("m1", Boot::isReady);
        assertEquals(loading.id(), arrived.id(), "the boot goes on where it was");
        assertEquals(former.leases(), arrived.leases(), "the lease outlived the server");
        assertEquals(List.of("m1", "m2"), boots.machines());
    }

    @Test
    @Order(4)
    void aRootImageWithOneFlippedByteIsRefusedByTheMachine() throws IOException {
        var root = storedRoot();
        var former = boots.newest("m1");
        LAB.power("off", "m1");
        flip(root);
        try {
            LAB.power("on", "m1");
            var refused = boots.awaitNext("m1", former, boot -> boot.reached("root"));
            LabFixture.await("the machine says why", () -> LAB.console("m1").contains("is corrupted"));
            refused = boots.boot(refused.id());
            assertFalse(refused.isReady(), refused::toString);
            // The machine starts again; only then the server knows that this boot will not go on.
            var next = boots.awaitNext("m1", refused, boot -> true);
            refused = boots.boot(refused.id());
            assertTrue(refused.cause().contains("refused by dm-verity"), refused::toString);
            assertFalse(next.isReady(), next::toString);
        } finally {
            LAB.power("off", "m1");
            flip(root);
        }
    }

    /** No time server is known here: the agent has the boot server's time only. */
    @Test
    @Order(5)
    void clocksThatAreADayOffAreSetByTheServersTime() {
        var ahead = boots.newest("m1");
        var behind = boots.newest("m2");
        LAB.lab("power", "on", "m1", "--clock-offset", "24").succeeded();
        LAB.lab("power", "on", "m2", "--clock-offset", "-24").succeeded();

        boots.awaitNext("m1", ahead, Boot::isReady);
        boots.awaitNext("m2", behind, Boot::isReady);

        for (var machine : List.of("m1", "m2")) {
            var time = LAB.json("node", machine, "time");
            assertEquals("boot server", time.path("server").asString());
            var now = Instant.parse(time.path("time").asString());
            assertTrue(Duration.between(now, Instant.now()).abs().toMinutes() < 2, time::toString);
            LabFixture.await(
                    "no word of its clock",
                    () -> !LAB.cli("machine", "show", machine).succeeded().out().contains("ClockRight"));
        }
        assertTrue(LAB.console("m1").contains("to the boot server's: no time server keeps it"), LAB.console("m1"));
    }

    /** Nodes are reached only from inside the lab's network. */
    private static void crash(String machine, String kind) {
        LAB.inside(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Crash.class.getName(),
                        LAB.pki().toString(),
                        machine,
                        boots.address(machine),
                        kind)
                .succeeded();
    }

    /** In the store that the server serves from. */
    private static Path storedRoot() throws IOException {
        var manifest = JsonMapper.builder()
                .build()
                .readTree(Files.readString(LAB.directory().resolve("image/manifest.json")));
        return manifest.path("files").values().stream()
                .filter(file -> file.path("role").asString().equals("root"))
                .map(file -> LAB.site()
                        .resolve("images/sha256")
                        .resolve(file.path("sha256").asString()))
                .findFirst()
                .orElseThrow();
    }

    /** One bit of it; twice is as before. */
    private static void flip(Path file) throws IOException {
        // The store's files are not for writing.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, IN_SUPERBLOCK);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), IN_SUPERBLOCK);
        } finally {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        }
    }
}
