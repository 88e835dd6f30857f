package dev.garboard.agent.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agent.net.NetlinkMessage.Link;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardwareFactsIT {

    private static final int LOOPBACK = 772;

    @TempDir
    Path root;

    @Test
    void namesTheLinksThatAreDevices() throws IOException {
        Files.createDirectories(root.resolve("sys/class/net/eth0/device"));
        Files.createDirectories(root.resolve("sys/class/net/br0"));

        assertEquals(List.of("eth0"), cards(link("lo", LOOPBACK), link("eth0", 1), link("br0", 1)));
    }

    @Test
    void namesWhatAContainerWasGivenWhereNoLinkIsADevice() throws IOException {
        Files.createDirectories(root.resolve("sys/class/net/eth0"));

        assertEquals(List.of("eth0"), cards(link("lo", LOOPBACK), link("eth0", 1)));
    }

    private List<String> cards(Link... links) {
        return new HardwareFacts(root)
                .collect(List.of(links)).getNicsList().stream()
                        .map(NetworkInterfaceCard::getName)
                        .toList();
    }

    private static Link link(String name, int type) {
        return new Link(1, name, type, "52:54:00:77:00:11", "", 1500, true, true);
    }
}
