package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of boot sessions on every database. */
abstract class BootSessionsContract {

    static final String MAC = "52:54:00:00:00:01";
    private static final byte[] TICKET = {1, 2, 3};
    static final BootDecision BOOT =
            new BootDecision.Boot("m1", Samples.image("lab-1", true, Samples.TIME), "machine m1 boots");

    final AtomicReference<Instant> now = new AtomicReference<>(Samples.TIME);
    InventoryConfig config;
    Inventory inventory;
    BootSessions sessions;

    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        config = new InventoryConfig(database(), 1000, 3, 1000, Duration.ofMillis(100));
        reopen();
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void firmwareLoaderAndAgentShareOneSession() {
        var firmware = open(BootClient.Stage.FIRMWARE, BOOT);
        step(firmware, "dhcp");
        step(firmware, "loader");
        var loader = open(BootClient.Stage.IPXE, BOOT);
        step(firmware, "script");
        step(firmware, "root");
        pass(120);
        var agent = open(BootClient.Stage.AGENT, BOOT);
        step(firmware, "ready");

        assertTrue(firmware.fresh());
        assertFalse(loader.fresh());
        assertEquals(firmware.session().id(), loader.session().id());
        assertEquals(firmware.session().id(), agent.session().id());
        assertEquals(32, firmware.session().id().length());
        inventory.close();
        reopen();
        var stored = inventory
                .store()
                .get(Kinds.BOOT_SESSION, firmware.session().id())
                .orElseThrow();
        assertEquals(
                new BootSessionSpec(MAC, "m1", "x86-bios", "lab-1", "machine m1 boots", Samples.TIME), stored.spec());
        assertEquals("Ready", stored.status().outcome());
        assertEquals(
                List.of("dhcp", "loader", "script", "root", "ready"),
                stored.status().steps().stream()
                        .map(BootSessionStatus.Step::stage)
                        .toList());
    }

    @Test
    void theNextBootClosesTheOneThatDidNotFinish() {
        var first = open(BootClient.Stage.IPXE, BOOT);
        step(first, "dhcp");
        step(first, "script");
        pass(30);

        var second = open(BootClient.Stage.IPXE, BOOT);

        assertNotEquals(first.session().id(), second.session().id());
        var closed = sessions.find(first.session().id()).orElseThrow();
        assertEquals("Failed", closed.status().outcome());
        assertEquals("script", closed.status().stoppedAt());
        assertEquals(closed.status().likelyCause(), BootSessions.explain(closed));
        assertEquals(Optional.of(second.session()), sessions.newest(MAC));
    }

    /** Session ids are public, and a DHCP packet may name any. */
    @Test
    void whoNamesTheSessionOfAnotherMachineNeitherGetsItNorEndsIt() {
        var honest = open(BootClient.Stage.FIRMWARE, BOOT);
        step(honest, "kernel");
        var named = honest.session().id();
        for (var stage : List.of(BootClient.Stage.FIRMWARE, BootClient.Stage.IPXE, BootClient.Stage.AGENT)) {
            var neighbour = sessions.open(
                    new BootClient("52:54:00:00:00:66", MachineIdentity.none(), stage, "x86-bios", true, named),
                    () -> BOOT);
            settle(neighbour);

            assertNotEquals(named, neighbour.session().id());
        }

        assertEquals("Running", sessions.find(named).orElseThrow().status().outcome());
        assertEquals(
                named,
                sessions.open(
                                new BootClient(
                                        MAC, MachineIdentity.none(), BootClient.Stage.AGENT, "x86-bios", true, named),
                                () -> BOOT)
                        .session()
                        .id());
    }

    @Test
    void anIdResolvesAfterARestart() {
        var opened = open(BootClient.Stage.FIRMWARE, BOOT);
        step(opened, "dhcp");
        inventory.close();

        reopen();

        var found = sessions.find(opened.session().id()).orElseThrow();
        assertEquals(opened.session().spec(), found.spec());
        step(opened, "loader");
        assertFalse(open(BootClient.Stage.IPXE, BOOT).fresh());
    }

    @Test
    void aRefusedMachineHasOneSessionUntilTheAnswerChanges() {
        var refusal = new BootDecision.Refuse("m1", "machine m1 is rejected");
        var first = open(BootClient.Stage.FIRMWARE, refusal);
        pass(20);
        var again = open(BootClient.Stage.FIRMWARE, refusal);
        pass(20);
        var accepted = open(BootClient.Stage.FIRMWARE, BOOT);

        assertEquals("Refused", first.session().status().outcome());
        assertEquals("machine m1 is rejected", BootSessions.explain(first.session()));
        assertFalse(again.fresh());
        assertTrue(accepted.fresh());
        assertEquals(
                "Refused",
                sessions.find(first.session().id()).orElseThrow().status().outcome());
    }

    @Test
    void whoIsIgnoredHasNoSession() {
        assertThrows(
                IllegalArgumentException.class,
                () -> open(BootClient.Stage.HOST, new BootDecision.Ignore("a plain host")));
    }

    @Test
    void onlyTheNewestSessionsOfAMachineAreKept() {
        var opened = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            opened.add(open(BootClient.Stage.FIRMWARE, BOOT).session().id());
            pass(300);
        }
        var other = sessions.open(client("52:54:00:00:00:02", BootClient.Stage.FIRMWARE), () -> BOOT);
        settle(other);

        opened.add(other.session().id());
        assertEquals(opened.subList(2, 6).stream().sorted().toList(), stored());
    }

    /** Anybody can begin boots of a MAC address; with its session a living node would lose the key that it comes back with. */
    @Test
    void theBootOfANodeIsNotPushedOutByBootsThatLedNowhere() {
        var bound = open(BootClient.Stage.FIRMWARE, BOOT).session().id();
        var tickets = inventory.bootTickets();
        tickets.deliver(bound, TICKET, "192.0.2.10", "192.0.2.10", Duration.ofMinutes(10));
        assertTrue(tickets.claim(bound, TICKET, "key", "192.0.2.10").holds());

        var ticketed = boots(1).getFirst();
        tickets.deliver(ticketed, TICKET, "192.0.2.10", "192.0.2.10", Duration.ofMinutes(10));
        var forged = boots(60);

        assertTrue(tickets.claim(bound, new byte[0], "key", "192.0.2.10").holds());
        var expected = new ArrayList<>(forged.subList(57, 60));
        expected.add(bound);
        expected.add(ticketed);
        assertEquals(expected.stream().sorted().toList(), stored());
    }

    /** As of a node that booted before there were tickets, or one with processes that get tickets in its name. */
    @Test
    void theBootThatAMachineRunsInStaysWhateverComes() {
        var running = open(BootClient.Stage.FIRMWARE, BOOT).session().id();
        runs(running);

        var forged = boots(10);

        var expected = new ArrayList<>(forged.subList(7, 10));
        expected.add(running);
        assertEquals(expected.stream().sorted().toList(), stored());
    }

    @Test
    void madeUpMachinesDoNotFillTheDatabaseAndPushOutNobodyWhoIsKnown() {
        inventory.close();
        config = new InventoryConfig(config.database(), 1000, 3, 20, Duration.ofMillis(100));
        reopen();
        var bound = open(BootClient.Stage.FIRMWARE, BOOT).session().id();
        inventory.bootTickets().deliver(bound, TICKET, "192.0.2.10", "192.0.2.10", Duration.ofMinutes(10));
        assertTrue(inventory
                .bootTickets()
                .claim(bound, TICKET, "key", "192.0.2.10")
                .holds());
        var failed = boots(1).getFirst();
        var unknown = new BootDecision.Boot(null, Samples.image("lab-1", true, Samples.TIME), "unknown");
        for (int i = 0; i < 100; i++) {
            pass(1);
            var mac = "52:54:00:00:01:%02x".formatted(i);
            settle(sessions.open(client(mac, BootClient.Stage.FIRMWARE), () -> unknown));
        }

        var kept = stored();
        assertEquals(20, kept.size());
        assertTrue(kept.contains(bound), "the boot of a node is gone");
        assertTrue(kept.contains(failed), "the boot of a machine that is known is gone");
        assertEquals(82, sessions.pushedOut());
    }

    /** Also when the table is full of them: there are no more than machines. */
    @Test
    void theBootThatAMachineRunsInStaysBeyondTheBound() {
        inventory.close();
        config = new InventoryConfig(config.database(), 1000, 3, 1, Duration.ofMillis(100));
        reopen();
        var running = open(BootClient.Stage.FIRMWARE, BOOT).session().id();
        runs(running);

        boots(3);

        assertEquals(List.of(running), stored());
    }

    @Test
    void stepsOfManyAreWrittenInOrder() {
        var opened = IntStream.range(0, 20)
                .mapToObj(
                        i -> sessions.open(client("52:54:00:00:01:" + (10 + i), BootClient.Stage.FIRMWARE), () -> BOOT))
                .toList();
        for (int i = 0; i < 100; i++) {
            for (var each : opened) {
                assertTrue(sessions.append(each.session().id(), "loader", "tftp", "block " + i, i, "ok"));
            }
        }
        inventory.close();
        reopen();

        var expected = IntStream.range(0, 100).mapToObj(i -> "block " + i).toList();
        for (var each : opened) {
            var steps =
                    sessions.find(each.session().id()).orElseThrow().status().steps();
            assertEquals(
                    expected, steps.stream().map(BootSessionStatus.Step::detail).toList());
        }
        assertEquals(0, sessions.refused());
    }

    @Test
    void aBootThatFallsSilentIsClosed() {
        var silent = open(BootClient.Stage.FIRMWARE, BOOT);
        step(silent, "root");
        var waits = sessions.open(client("52:54:00:00:00:02", BootClient.Stage.FIRMWARE), () -> BOOT);
        step(waits, "agent");
        pass(601);

        assertEquals(1, sessions.closeSilent());

        assertEquals(
                "Failed",
                sessions.find(silent.session().id()).orElseThrow().status().outcome());
        assertEquals(
                "Running",
                sessions.find(waits.session().id()).orElseThrow().status().outcome());
    }

    @Test
    void aMachineIsNamedOnceItIsKnown() {
        var opened = sessions.open(
                client(MAC, BootClient.Stage.FIRMWARE),
                () -> new BootDecision.Boot(null, Samples.image("lab-1", true, Samples.TIME), "unknown"));

        sessions.identify(opened.session().id(), "vm-1");
        sessions.fail(opened.session().id(), "agent", "the agent crashed: out of memory");

        inventory.close();
        reopen();
        var found = sessions.load(opened.session().id()).orElseThrow();
        assertEquals("vm-1", found.spec().machine());
        assertEquals("the agent crashed: out of memory", BootSessions.explain(found));
    }

    /** So many more boots of the machine, from its first packet on; their sessions, oldest first. */
    private List<String> boots(int number) {
        var opened = new ArrayList<String>();
        for (int i = 0; i < number; i++) {
            pass(300);
            opened.add(open(BootClient.Stage.FIRMWARE, BOOT).session().id());
        }
        return opened;
    }

    private void runs(String session) {
        var machine = ResourceRows.read(
                Kinds.MACHINE,
                ResourceJson.write(Samples.fullMachine()).toString().replace(Samples.SESSION, session));
        var created = inventory.store().create(machine);
        inventory.store().replaceStatus(created.withStatus(machine.status()));
    }

    private List<String> stored() {
        return inventory.store().list(Kinds.BOOT_SESSION).items().stream()
                .map(Resource::name)
                .sorted()
                .toList();
    }

    private void reopen() {
        inventory = Inventory.open(config, now::get);
        sessions = inventory.bootSessions();
    }

    private BootSessions.Opened open(BootClient.Stage stage, BootDecision decision) {
        var opened = sessions.open(client(MAC, stage), () -> decision);
        settle(opened);
        return opened;
    }

    private static void settle(BootSessions.Opened opened) {
        opened.stored().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private void step(BootSessions.Opened opened, String stage) {
        assertTrue(sessions.append(opened.session().id(), stage, "http", "", 0, "ok"));
    }

    private void pass(int seconds) {
        now.updateAndGet(time -> time.plusSeconds(seconds));
    }

    private static BootClient client(String mac, BootClient.Stage stage) {
        return new BootClient(mac, MachineIdentity.none(), stage, "x86-bios", true, null);
    }
}
