package dev.garboard.agent.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.supervision.ServiceTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusScreenTest {

    @Test
    void saysWhatAPersonInFrontOfTheMachineAsksFirst() {
        var services = new ServiceTable();
        services.add("network", "").running();
        services.add("api", "").failed("port 7444 is taken");
        var status = new NodeStatus("node-1", "enrolled", "192.168.77.10/24 on eth0", "192.168.77.1:7443", "lab");
        assertEquals(
                List.of(
                        "  Garboard node",
                        "",
                        "  machine    node-1",
                        "  state      enrolled",
                        "  address    192.168.77.10/24 on eth0",
                        "  server     192.168.77.1:7443",
                        "  image      lab",
                        "  services   network ok, api failed",
                        "             api: port 7444 is taken",
                        ""),
                StatusScreen.lines(status, services.all()));
    }

    @Test
    void doesNotLetOthersCommandTheTerminal() {
        var lines = StatusScreen.lines(NodeStatus.EMPTY.withState("pending: \033[2J\n oops"), List.of());
        assertTrue(lines.stream().noneMatch(line -> line.contains("\033") || line.contains("\n")));
    }

    @Test
    void cutsLongLines() {
        var lines = StatusScreen.lines(NodeStatus.EMPTY.withState("x".repeat(200)), List.of());
        assertTrue(lines.stream().allMatch(line -> line.length() <= 78));
    }
}
