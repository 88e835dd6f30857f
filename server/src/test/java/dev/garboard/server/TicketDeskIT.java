package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.httpboot.FileAnswer;
import dev.garboard.image.TicketArchive;
import dev.garboard.inventory.BootClient;
import dev.garboard.inventory.BootDecision;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TicketDeskIT {

    private static final String MAC = "52:54:00:00:00:01";
    private static final String NODE = "192.0.2.10";

    @TempDir
    Path directory;

    private Inventory inventory;
    private String session = "";

    @BeforeEach
    void open() {
        inventory = Inventory.open(directory.resolve("garboard.db").toString());
        var image = new ImageSpec(
                "1", "lab", "amd64", "6.12", "0".repeat(64), "", List.of(), "test", "00", Instant.EPOCH, true);
        var opened = inventory
                .bootSessions()
                .open(
                        new BootClient(MAC, MachineIdentity.none(), BootClient.Stage.FIRMWARE, "x86-bios", true, null),
                        () -> new BootDecision.Boot(
                                null,
                                new Resource<>(Kinds.IMAGE, ObjectMeta.named("lab-1"), image, ImageStatus.on("here")),
                                "test"));
        opened.stored().toCompletableFuture().join();
        session = opened.session().id();
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void theLeasedAddressGetsItAndGetsTheSameAfterARestart() {
        var before = ticket(desk(Optional.of(NODE)), NODE);
        inventory.close();
        inventory = Inventory.open(directory.resolve("garboard.db").toString());

        var after = ticket(desk(Optional.of(NODE)), NODE);

        assertEquals(32, before.length);
        assertArrayEquals(before, after);
        assertTrue(inventory.bootTickets().claim(session, after, "key", NODE).holds());
    }

    /** The name of a session is public; what a stranger asks must not stop the boot, nor begin the ticket's time. */
    @Test
    void anyOtherAddressIsRefusedAndNamedAndStopsNothing() {
        var desk = desk(Optional.of(NODE));
        var refusal = "no boot ticket for 192.0.2.66: it is for another address";

        assertEquals(refusal, refusal(desk, "192.0.2.66"));
        var ticket = ticket(desk, NODE);
        assertEquals(refusal, refusal(desk, "192.0.2.66"));

        assertTrue(inventory.bootTickets().claim(session, ticket, "key", NODE).holds());
    }

    @Test
    void whenTheLeaseMovesAfterTheDeliveryNobodyGetsItAnyMore() {
        ticket(desk(Optional.of(NODE)), NODE);

        assertTrue(refusal(desk(Optional.of("192.0.2.66")), "192.0.2.66").contains("it is now void"));

        assertEquals(
                "no boot ticket for 192.0.2.10: it was for two addresses, so nobody gets it any more",
                refusal(desk(Optional.of(NODE)), NODE));
    }

    /** Anybody can send what an agent sends to DHCP in the name of any card. */
    @Test
    void aDhcpMessageThatLooksLikeAnAgentsKeepsTheTicketFromNobody() {
        inventory.bootSessions().append(session, "network", "dhcp", "agent leased " + NODE, 0, "ok");

        assertEquals(32, ticket(desk(Optional.of(NODE)), NODE).length);
    }

    /** A machine that is off has none: whoever asks first would become it. */
    @Test
    void withoutALeaseNobodyGetsItAndItStaysTheMachines() {
        assertTrue(refusal(desk(Optional.empty()), "192.0.2.66").contains("network card has no lease"));

        assertEquals(32, ticket(desk(Optional.of(NODE)), NODE).length);
    }

    /** A boot from before there were tickets, for one: its pods have the node's address. */
    @Test
    void nobodyGetsItWhenTheAgentWasHeardOf() {
        inventory.bootSessions().append(session, "kernel", "http", "", 1, "ok");
        ticket(desk(Optional.of(NODE)), NODE);
        inventory.bootSessions().append(session, "pending", "grpc", "no rule accepts it", 0, "ok");

        assertEquals(
                "no boot ticket for 192.0.2.10: the loader of this boot has done its work",
                refusal(desk(Optional.of(NODE)), NODE));
    }

    @Test
    void nobodyGetsItAfterItWasUsed() {
        var desk = desk(Optional.of(NODE));
        inventory.bootTickets().claim(session, ticket(desk, NODE), "key", NODE);

        assertEquals("no boot ticket for 192.0.2.10: it was used", refusal(desk, NODE));
    }

    @Test
    void theKeyIsItsOwnersAloneAndIsPrintedNowhere() throws Exception {
        var file = directory.resolve("boot-ticket.key");
        var key = TicketKey.open(file);

        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("TicketKey[" + file + "]", key.toString());
        assertFalse(java.util.Arrays.equals(key.ticketOf(session), key.ticketOf("f".repeat(32))));

        Files.writeString(file, "short");

        var refused = assertThrows(StartException.class, () -> TicketKey.open(file));
        assertTrue(String.valueOf(refused.getMessage()).contains("holds no key of 32 bytes"), refused.getMessage());
    }

    /** They may share the directory, and one must not read what another has half written, nor replace it. */
    @Test
    void serversThatStartAtOnceHaveOneKey() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 50; round++) {
                var pki = Files.createDirectory(directory.resolve("pki-" + round));
                var file = pki.resolve("boot-ticket.key");
                var together = new CyclicBarrier(8);
                Callable<String> start = () -> {
                    together.await();
                    return HexFormat.of().formatHex(TicketKey.open(file).ticketOf(session));
                };

                var tickets = new HashSet<String>();
                for (var started : threads.invokeAll(Collections.nCopies(8, start))) {
                    tickets.add(started.get());
                }

                assertEquals(1, tickets.size());
                try (var files = Files.list(pki)) {
                    assertEquals(List.of(file), files.toList());
                }
            }
        }
    }

    @Test
    void aTicketOfAnotherKeyIsWithheldAndTheReasonIsSaid() throws Exception {
        var desk = desk(Optional.of(NODE));
        ticket(desk, NODE);
        Files.delete(directory.resolve("boot-ticket.key"));

        assertTrue(refusal(desk(Optional.of(NODE)), NODE).contains("was made with another key"));

        assertEquals(32, ticket(desk, NODE).length);
    }

    private TicketDesk desk(Optional<String> lease) {
        return new TicketDesk(
                inventory.bootTickets(),
                TicketKey.open(directory.resolve("boot-ticket.key")),
                mac -> lease.filter(_ -> mac.equals(MAC)),
                Duration.ofMinutes(10),
                Runnable::run);
    }

    private BootSession boot() {
        return inventory.bootSessions().find(session).orElseThrow();
    }

    private byte[] ticket(TicketDesk desk, String asker) {
        return TicketArchive.read(
                assertInstanceOf(FileAnswer.Secret.class, ask(desk, asker)).content());
    }

    private String refusal(TicketDesk desk, String asker) {
        return assertInstanceOf(FileAnswer.Withheld.class, ask(desk, asker)).reason();
    }

    private FileAnswer ask(TicketDesk desk, String asker) {
        return desk.ticket(boot(), InetAddress.ofLiteral(asker))
                .toCompletableFuture()
                .join();
    }
}
