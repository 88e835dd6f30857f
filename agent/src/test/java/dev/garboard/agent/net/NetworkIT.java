package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.testing.Namespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node's network in one namespace, the real DHCP server in another, and a cable between them. */
class NetworkIT {

    @TempDir
    private Path directory;

    @BeforeAll
    static void namespacesAreAllowed() throws Exception {
        Namespaces.require();
    }

    @Test
    void aCardWithALinkGetsALeaseRoutesAndResolversKeepsThemAndGetsThemAgain() throws Exception {
        var lines = Namespaces.run(directory, List.of("-Urnm"), """
                mount -t tmpfs run /run
                ip link set lo up
                ip link add server0 type veth peer name client0
                unshare -n sleep 120 &
                client=$!
                while [ "$(readlink /proc/$client/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
                ip link set client0 netns $client
                ip addr add 192.168.77.1/24 dev server0
                ip link set server0 up
                nsenter -t $client -n ip link set client0 address 52:54:00:77:00:01
                mkfifo input
                java_main dev.garboard.agent.net.ProbeServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 200); do grep -q listening server.log && break; sleep 0.1; done
                nsenter -t $client -n java_main dev.garboard.agent.net.NetworkProbe
                kill $client
                """);
        String said = String.join("\n", lines) + "\n" + Files.readString(directory.resolve("server.log"));
        assertEquals(8, lines.size(), said);
        assertTrue(lines.get(0).matches("bound 192\\.168\\.77\\.1\\d\\d/24 on client0"), said);
        assertEquals(lines.get(0).replace("bound", "renewed"), lines.get(1), said);
        assertEquals(
                List.of("default via 192.168.77.1", "lo up", "nameserver 192.168.77.1", "search lab.example"),
                lines.subList(2, 6));
        // A lease that could not be extended is given up, and a new one is asked for.
        assertEquals("lost", lines.get(6), said);
        assertTrue(lines.get(7).startsWith("bound again 192.168.77.1"), said);
    }
}
