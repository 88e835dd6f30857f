package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.garboard.inventory.BootTickets.Claim;
import dev.garboard.inventory.BootTickets.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of the tickets of boots on every database. */
abstract class BootTicketsContract {

    private static final byte[] TICKET = bytes("0123456789abcdef0123456789abcdef");
    private static final Duration VALID = Duration.ofMinutes(10);
    private static final String NODE = "192.0.2.10";

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.TIME);
    private String session;
    private InventoryConfig config;
    private Inventory inventory;
    private BootTickets tickets;

    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        config = new InventoryConfig(database(), 1000, 3, 1000, Duration.ofMillis(100));
        reopen();
        session = boot();
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void theLoadersOwnRetriesAreServedAndTheFirstUseEndsThat() {
        assertEquals(Delivery.SERVED, deliver(NODE));
        pass(60);
        assertEquals(Delivery.SERVED, deliver(NODE));

        assertEquals(Claim.BOUND, tickets.claim(session, TICKET, "key", NODE));

        assertEquals(Delivery.USED, deliver(NODE));
        assertEquals(Delivery.STRANGER, deliver("192.0.2.66"));
    }

    @Test
    void onlyTheKeyThatUsedItIsTheBoot() {
        deliver(NODE);
        assertEquals(Optional.empty(), tickets.keyOf(session));
        assertEquals(Claim.BOUND, tickets.claim(session, TICKET, "key", NODE));

        assertEquals(Optional.of("key"), tickets.keyOf(session));
        assertEquals(Claim.OTHER_KEY, tickets.claim(session, TICKET, "other", NODE));
        // Long afterwards, with another address and without the ticket.
        pass(100_000);
        assertEquals(Claim.SAME_KEY, tickets.claim(session, new byte[0], "key", "192.0.2.11"));
    }

    @Test
    void aRestartForgetsNothing() {
        deliver(NODE);
        restart();
        assertEquals(Delivery.SERVED, deliver(NODE));
        assertEquals(Claim.BOUND, tickets.claim(session, TICKET, "key", NODE));
        restart();

        assertEquals(Claim.SAME_KEY, tickets.claim(session, new byte[0], "key", NODE));
        assertEquals(Claim.OTHER_KEY, tickets.claim(session, TICKET, "other", NODE));
        assertEquals(Delivery.USED, deliver(NODE));
    }

    /** Whoever knows the session's name can ask. */
    @Test
    void aStrangersQuestionChangesNothing() {
        assertEquals(Delivery.STRANGER, deliver("192.0.2.66"));
        assertEquals(Claim.NO_TICKET, tickets.claim(session, TICKET, "key", NODE));
        pass(100_000);
        assertEquals(Delivery.SERVED, deliver(NODE));

        assertEquals(Delivery.STRANGER, deliver("192.0.2.66"));

        assertEquals(Delivery.SERVED, deliver(NODE));
        assertEquals(Claim.BOUND, tickets.claim(session, TICKET, "key", NODE));
    }

    @Test
    void aTicketThatWentToTheAddressOfBeforeIsVoidForGood() {
        deliver(NODE);

        assertEquals(Delivery.VOIDED_NOW, tickets.deliver(session, TICKET, "192.0.2.66", "192.0.2.66", VALID));

        assertEquals(Delivery.VOID, deliver(NODE));
        assertEquals(Claim.VOID, tickets.claim(session, TICKET, "key", NODE));
        restart();
        assertEquals(Delivery.VOID, deliver(NODE));
    }

    /** From a server with another key: the loader would take it for its ticket, and the node be refused without a hint why. */
    @Test
    void anotherTicketOfTheSameBootIsNotHandedOut() {
        deliver(NODE);

        assertEquals(Delivery.OTHER_TICKET, tickets.deliver(session, bytes("another".repeat(4)), NODE, NODE, VALID));

        assertEquals(Delivery.SERVED, deliver(NODE));
        assertEquals(Claim.BOUND, tickets.claim(session, TICKET, "key", NODE));
    }

    @Test
    void itsTimeBeginsWithTheFirstDelivery() {
        deliver(NODE);
        pass(600);
        assertEquals(Delivery.SERVED, deliver(NODE));
        pass(1);

        assertEquals(Delivery.EXPIRED, deliver(NODE));
        assertEquals(Claim.EXPIRED, tickets.claim(session, TICKET, "key", NODE));
        assertEquals(Optional.empty(), tickets.keyOf(session));
    }

    @Test
    void noneAnotherAndOneFromElsewhereBindNothing() {
        assertEquals(Claim.NO_TICKET, tickets.claim(session, TICKET, "key", NODE));
        deliver(NODE);

        assertEquals(Claim.WRONG_TICKET, tickets.claim(session, new byte[0], "key", NODE));
        assertEquals(Claim.WRONG_TICKET, tickets.claim(session, bytes("0".repeat(32)), "key", NODE));
        assertEquals(Claim.OTHER_ADDRESS, tickets.claim(session, TICKET, "key", "192.0.2.66"));
        assertEquals(Optional.empty(), tickets.keyOf(session));
    }

    @Test
    void ofManyAtOnceOneIsBound() throws Exception {
        deliver(NODE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var claims = threads
                    .invokeAll(IntStream.range(0, 20)
                            .<Callable<Claim>>mapToObj(i -> () -> tickets.claim(session, TICKET, "key-" + i, NODE))
                            .toList())
                    .stream()
                    .map(done -> done.resultNow())
                    .toList();

            assertEquals(1, claims.stream().filter(Claim::holds).count(), claims::toString);
        }
    }

    /** Three boots of a machine that became a node's are kept; what was bound to an older one is nobody's any more. */
    @Test
    void itGoesWithItsSession() {
        var first = session;
        deliver(NODE);
        tickets.claim(session, TICKET, "key", NODE);
        for (int i = 0; i < 3; i++) {
            pass(1000);
            session = boot();
            deliver(NODE);
            tickets.claim(session, TICKET, "key", NODE);
        }
        pass(1000);
        boot();

        assertEquals(Optional.empty(), inventory.store().get(Kinds.BOOT_SESSION, first));
        assertEquals(Claim.NO_TICKET, tickets.claim(first, TICKET, "key", NODE));
    }

    @Test
    void theTicketItselfIsNowhere() {
        deliver(NODE);
        tickets.claim(session, TICKET, "key", NODE);

        for (var text : List.of(
                inventory.bootSessions().load(session).orElseThrow().toString(),
                inventory.store().get(Kinds.BOOT_SESSION, session).orElseThrow().toString())) {
            assertFalse(text.contains(new String(TICKET, StandardCharsets.US_ASCII)), text);
        }
    }

    private Delivery deliver(String asker) {
        return tickets.deliver(session, TICKET, NODE, asker, VALID);
    }

    private String boot() {
        var client = new BootClient(
                "52:54:00:00:00:01", MachineIdentity.none(), BootClient.Stage.FIRMWARE, "x86-bios", true, null);
        var image = Samples.image("lab-1", true, Samples.TIME);
        var opened = inventory.bootSessions().open(client, () -> new BootDecision.Boot("m1", image, "boots"));
        opened.stored().toCompletableFuture().join();
        return opened.session().id();
    }

    private void pass(long seconds) {
        now.updateAndGet(before -> before.plusSeconds(seconds));
    }

    private void restart() {
        inventory.close();
        reopen();
    }

    private void reopen() {
        inventory = Inventory.open(config, now::get);
        tickets = inventory.bootTickets();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
