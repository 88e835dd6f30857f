package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.client.ClientIdentity;
import dev.garboard.dhcp.client.ClientMessages;
import dev.garboard.dhcp.server.Client;
import dev.garboard.dhcp.server.Request;
import dev.garboard.inventory.BootClient;
import dev.garboard.inventory.BootDecision;
import dev.garboard.inventory.BootSessionStatus.Step;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose boot a DHCP message is told of: the sender writes what it likes into it. */
class BootWatchIT {

    private static final String MAC = "52:54:00:00:00:01";
    private static final String NEIGHBOUR = "52:54:00:00:00:66";
    private static final Inet4Address SERVER = Inet4Address.ofLiteral("192.0.2.1");

    @TempDir
    Path directory;

    private final Metrics metrics = new Metrics();
    private Inventory inventory;
    private BootWatch watch;
    private String session = "";

    @BeforeEach
    void open() {
        inventory = Inventory.open(directory.resolve("garboard.db").toString());
        watch = new BootWatch(inventory.bootSessions(), metrics, InstantSource.system());
        session = boot(MAC);
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void anAgentsOwnSessionIsToldOfItsLease() {
        leased(MAC, session);

        assertEquals(List.of("network agent leased 192.0.2.10"), steps(session));
    }

    /** Else any neighbour could make a boot look as if its agent were up, and its loader would get no ticket. */
    @Test
    void theSessionOfAnotherCardIsIgnoredAndCounted() {
        var own = boot(NEIGHBOUR);

        leased(NEIGHBOUR, session);

        assertEquals(List.of(), steps(session));
        assertEquals(List.of(), steps(own));
        assertTrue(
                metrics.text().contains("garboard_boot_session_ignored_total{reason=\"other_mac\"} 1.0"),
                metrics::text);
    }

    private void leased(String mac, String named) {
        var card = MacAddress.parse(mac);
        var asked = new ClientMessages(ClientIdentity.agent(card, named)).discover(1);
        var request = new Request(
                asked, MessageType.REQUEST, Client.of(asked, card), SERVER, false, new InetSocketAddress(SERVER, 68));
        watch.replied(
                request,
                new DhcpMessage(
                        true,
                        asked.hardwareType(),
                        asked.hardwareAddress(),
                        0,
                        1,
                        0,
                        0,
                        asked.clientAddress(),
                        Inet4Address.ofLiteral("192.0.2.10"),
                        SERVER,
                        asked.relay(),
                        "",
                        "",
                        DhcpOptions.of(new DhcpOption.Type(MessageType.ACK))));
    }

    private List<String> steps(String id) {
        return inventory.bootSessions().find(id).orElseThrow().status().steps().stream()
                .map(BootWatchIT::text)
                .toList();
    }

    private static String text(Step step) {
        return step.stage() + " " + step.detail();
    }

    private String boot(String mac) {
        var image = new ImageSpec(
                "1", "lab", "amd64", "6.12", "0".repeat(64), "", List.of(), "test", "00", Instant.EPOCH, true);
        var resource = new Resource<>(Kinds.IMAGE, ObjectMeta.named("lab-1"), image, ImageStatus.on("here"));
        var opened = inventory
                .bootSessions()
                .open(
                        new BootClient(mac, MachineIdentity.none(), BootClient.Stage.FIRMWARE, "x86-bios", true, null),
                        () -> new BootDecision.Boot(null, resource, "test"));
        opened.stored().toCompletableFuture().join();
        return opened.session().id();
    }
}
