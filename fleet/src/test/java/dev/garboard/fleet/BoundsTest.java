package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.agentapi.v1.Cpu;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import dev.garboard.agentapi.v1.Smbios;
import dev.garboard.inventory.MachineIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BoundsTest {

    @Test
    void anAddressMayAskSoOftenAMinuteAndLaterAgain() throws Exception {
        var now = new AtomicReference<>(Instant.EPOCH);
        var limiter = new AddressLimiter(2, (InstantSource) now::get);
        var one = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        var other = InetAddress.getByAddress(new byte[] {10, 0, 0, 2});

        assertTrue(limiter.mayAsk(one));
        assertTrue(limiter.mayAsk(one));
        assertFalse(limiter.mayAsk(one));
        assertTrue(limiter.mayAsk(other));
        now.set(Instant.EPOCH.plusSeconds(31));
        assertTrue(limiter.mayAsk(one));
        assertFalse(limiter.mayAsk(one));
    }

    @Test
    void namesThatComeNearAreOffered() {
        var known = List.of("rack1-u3", "rack1-u4", "db");

        assertEquals("did you mean rack1-u3, rack1-u4?", MachineForwarder.hint("rack1-u5", known));
        assertEquals(
                "no name comes near; `garboard machine list` shows all 3",
                MachineForwarder.hint("something-else", known));
        assertEquals("there are no machines yet", MachineForwarder.hint("m", List.of()));
    }

    @Test
    void hardwareBecomesFactsInTheJsonFormOfProtobuf() {
        var hardware = Hardware.newBuilder()
                .setCpu(Cpu.newBuilder().setModel("QEMU").setCores(2).addFlags("sse"))
                .setMemoryBytes(-1L)
                .build();

        assertEquals(
                Map.of(
                        "cpu",
                        Map.of("model", "QEMU", "cores", 2L, "flags", List.of("sse")),
                        "memoryBytes",
                        "18446744073709551615"),
                HardwareFacts.json(hardware));
    }

    @Test
    void placeholdersAreNoIdentity() {
        var hardware = Hardware.newBuilder()
                .setSmbios(Smbios.newBuilder()
                        .setSystemUuid("03000200-0400-0500-0006-000700080009")
                        .setSystemSerial("To Be Filled By O.E.M.")
                        .setBoardSerial("B-17"))
                .addNics(NetworkInterfaceCard.newBuilder().setPermanentMac("52-54-00-00-00-0A"))
                .addNics(NetworkInterfaceCard.newBuilder().setPermanentMac("00:00:00:00:00:00"))
                .build();

        assertEquals(
                new MachineIdentity(List.of("52:54:00:00:00:0a"), null, null, "B-17"),
                HardwareFacts.identity(hardware));
    }

    @Test
    void theUsualBoundsAreThese() {
        var listen = new InetSocketAddress(7443);

        assertEquals(
                new FleetConfig(
                        listen,
                        false,
                        Duration.ofHours(24),
                        10_000,
                        30,
                        Duration.ofMinutes(2),
                        ConnectionLimits.of(12_000, 64)),
                FleetConfig.of(listen, false));
    }
}
