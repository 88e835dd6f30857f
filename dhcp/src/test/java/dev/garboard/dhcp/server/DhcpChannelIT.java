package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.testing.Namespaces;
import dev.garboard.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real sockets on the real ports, in two network namespaces joined by a cable: the server's and, inside it, the
 * client's. They need no privilege, disappear with their processes, and touch nothing of the host.
 */
class DhcpChannelIT {

    private static final String NETWORK = """
            ip link set lo up
            ip link add server0 type veth peer name client0
            unshare -n sleep 60 &
            client=$!
            trap 'kill $client 2>/dev/null' EXIT
            while [ "$(readlink /proc/$client/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
            ip link set client0 netns $client
            ip addr add 192.168.77.1/24 dev server0
            ip link set server0 up
            in_client() { nsenter -t $client -n "$@"; }
            in_client ip link set client0 address 52:54:00:77:00:01
            in_client ip link set client0 up
            in_client ip route add default dev client0
            mkfifo input
            """;

    @TempDir
    private Path directory;

    @BeforeAll
    static void namespacesAreAllowed() throws IOException, InterruptedException {
        Namespaces.require();
    }

    @Test
    void theAgentsClientGetsALeaseOverRealSockets() throws Exception {
        var output = run("""
                java_main dev.garboard.dhcp.server.ChannelServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 100); do grep -q listening server.log && break; sleep 0.1; done
                in_client java_main dev.garboard.dhcp.server.ChannelClient 52:54:00:77:00:01
                grep leased server.log
                """);

        assertEquals(2, output.size(), () -> String.join("\n", output));
        assertTrue(output.get(0).matches("bound 192\\.168\\.77\\.1\\d\\d/24 from 192\\.168\\.77\\.1"), output.get(0));
        assertTrue(output.get(1).matches("leased .* to 52:54:00:77:00:01"), output.get(1));
    }

    @Test
    void aClientOfAnotherMakeGetsALease() throws Exception {
        Requirements.program("udhcpc", "udhcpc");
        var output = run("""
                java_main dev.garboard.dhcp.server.ChannelServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 100); do grep -q listening server.log && break; sleep 0.1; done
                in_client /usr/sbin/udhcpc -i client0 -f -n -q -s /bin/true 2>&1
                """);

        assertTrue(
                output.getLast().matches(".*lease of 192\\.168\\.77\\.1\\d\\d obtained.*lease time 3600"),
                () -> String.join("\n", output));
    }

    @Test
    void routerSolicitationsAreAnsweredWithLifetimeZero() throws Exception {
        var output = run("""
                java_main dev.garboard.dhcp.server.ChannelServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 100); do grep -q listening server.log && break; sleep 0.1; done
                # A link that comes up solicits once its address has passed the check for duplicates.
                in_client ip link set client0 down
                in_client ip link set client0 up
                for i in $(seq 100); do
                  heard=$(in_client cat /proc/net/snmp6 | awk '$1 == "Icmp6InRouterAdvertisements" { print $2 }')
                  [ "$heard" -gt 0 ] && break
                  sleep 0.1
                done
                echo advertisements $heard
                in_client ip -6 route show default
                """);

        // The kernel heard it and installed no route.
        assertEquals(1, output.size(), () -> String.join("\n", output));
        assertTrue(output.getFirst().matches("advertisements [1-9]\\d*"), output.getFirst());
    }

    @Test
    void aSecondServerOnTheSameInterfaceSaysThatThePortIsTaken() throws Exception {
        var output = run("""
                java_main dev.garboard.dhcp.server.ChannelServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 100); do grep -q listening server.log && break; sleep 0.1; done
                java_main dev.garboard.dhcp.server.ChannelServer server0 < /dev/null
                java_main dev.garboard.dhcp.server.ChannelServer nosuch0 < /dev/null
                """);

        assertTrue(
                output.getFirst().startsWith("DHCP cannot listen on UDP port 67 of server0: another program does."),
                output.getFirst());
        assertTrue(
                output.getLast().startsWith("there is no interface nosuch0 to serve DHCP on; there are ["),
                output.getLast());
    }

    private List<String> run(String script) throws IOException, InterruptedException {
        try {
            return Namespaces.run(directory, List.of("-Urn"), NETWORK + script);
        } catch (AssertionError failed) {
            throw new AssertionError(failed.getMessage() + log(), failed);
        }
    }

    private String log() throws IOException {
        var log = directory.resolve("server.log");
        return Files.exists(log) ? "\n" + Files.readString(log) : "";
    }
}
