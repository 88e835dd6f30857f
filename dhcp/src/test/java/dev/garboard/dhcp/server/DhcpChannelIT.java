package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real sockets on the real ports, in two network namespaces joined by a cable: the server's and, inside it, the
 * client's. They need no privilege, disappear with their processes, and touch nothing of the host.
 */
class DhcpChannelIT {

    private static final String NETWORK = """
            set -e
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
        var probe = new ProcessBuilder("unshare", "-Urn", "ip", "link")
                .redirectErrorStream(true)
                .start();
        var output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean allowed = probe.waitFor() == 0;
        boolean strict = "true".equals(System.getenv("GARBOARD_STRICT")) || Boolean.getBoolean("garboard.strict");
        assertTrue(allowed || !strict, () -> "user namespaces are not allowed here: " + output);
        Assumptions.assumeTrue(allowed, () -> "skipped, user namespaces are not allowed here: " + output);
    }

    @Test
    void theAgentsClientGetsALeaseOverRealSockets() throws Exception {
        var output = run("""
                java_main ChannelServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 100); do grep -q listening server.log && break; sleep 0.1; done
                in_client java_main ChannelClient 52:54:00:77:00:01
                grep leased server.log
                """);

        assertEquals(2, output.size(), () -> String.join("\n", output));
        assertTrue(output.get(0).matches("bound 192\\.168\\.77\\.1\\d\\d/24 from 192\\.168\\.77\\.1"), output.get(0));
        assertTrue(output.get(1).matches("leased .* to 52:54:00:77:00:01"), output.get(1));
    }

    @Test
    void aClientOfAnotherMakeGetsALease() throws Exception {
        var there = Files.isExecutable(Path.of("/usr/sbin/udhcpc"));
        assertTrue(there || !Boolean.getBoolean("garboard.strict"), "the package udhcpc is not installed");
        Assumptions.assumeTrue(there, "skipped, the package udhcpc is not installed");
        var output = run("""
                java_main ChannelServer server0 < input > server.log 2>&1 &
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
                java_main ChannelServer server0 < input > server.log 2>&1 &
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
                java_main ChannelServer server0 < input > server.log 2>&1 &
                exec 3> input
                for i in $(seq 100); do grep -q listening server.log && break; sleep 0.1; done
                java_main ChannelServer server0 < /dev/null
                java_main ChannelServer nosuch0 < /dev/null
                """);

        assertTrue(
                output.getFirst().startsWith("DHCP cannot listen on UDP port 67 of server0: another program does."),
                output.getFirst());
        assertTrue(
                output.getLast().startsWith("there is no interface nosuch0 to serve DHCP on; there are ["),
                output.getLast());
    }

    private List<String> run(String script) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var function = """
                java_main() {
                  main=$1; shift
                  "%s" -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
                    -cp "$CLASSES" dev.garboard.dhcp.server.$main "$@"
                }
                """.formatted(java);
        // nsenter cannot run a shell function, so the client's java is called through a file.
        var file = directory.resolve("java_main");
        Files.writeString(file, "#!/bin/sh\n" + function + "java_main \"$@\"\n");
        assertTrue(file.toFile().setExecutable(true));
        var builder = new ProcessBuilder("unshare", "-Urn", "sh", "-c", NETWORK + function + script)
                .directory(directory.toFile())
                .redirectError(directory.resolve("errors").toFile());
        builder.environment().put("CLASSES", System.getProperty("java.class.path"));
        builder.environment().merge("PATH", directory.toString(), (path, own) -> own + ":" + path);
        var process = builder.start();
        try {
            var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            if (process.exitValue() != 0) {
                throw new AssertionError("the script ended with " + process.exitValue() + ": " + lines + "\n"
                        + Files.readString(directory.resolve("errors")) + log());
            }
            return lines;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private String log() throws IOException {
        var log = directory.resolve("server.log");
        return Files.exists(log) ? "\n" + Files.readString(log) : "";
    }
}
