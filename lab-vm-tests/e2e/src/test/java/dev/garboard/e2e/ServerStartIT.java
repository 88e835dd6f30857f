package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.testing.Namespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process of its own, from its start to the first OFFER and to its end; prints how long that took and what memory it needs. */
class ServerStartIT {

    private static final String LAUNCHER = LabFixture.root().resolve("garboard").toString();

    /** A cable from the server's namespace to a client's, as in a machine room. */
    private static final String SCRIPT = """
            ip link set lo up
            ip link add server0 type veth peer name client0
            unshare -n sleep 300 &
            client=$!
            trap 'kill $client 2>/dev/null' EXIT
            while [ "$(readlink /proc/$client/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
            ip link set client0 netns $client
            ip addr add 192.168.77.1/24 dev server0
            ip link set server0 up
            nsenter -t $client -n ip link set client0 up
            nsenter -t $client -n ip route add default dev client0
            nsenter -t $client -n java_main dev.garboard.e2e.FirstOffer site/server.log \\
              nsenter -t $$ -n "$GARBOARD" serve --config site/garboard.yaml > offer
            read -r milliseconds cpu server < offer
            # The C library's free memory goes back to the system within five seconds.
            sleep 12
            echo "$milliseconds" "$cpu" $(awk '/^(VmRSS|RssAnon|RssFile):/ { print int($2 / 1024) }' "/proc/$server/status")
            kill -TERM "$server"
            for i in $(seq 300); do kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
            ! kill -0 "$server" 2>/dev/null || { echo "the server goes on" >&2; exit 1; }
            """;

    @TempDir
    private Path directory;

    @BeforeAll
    static void namespacesAreAllowed() throws Exception {
        Namespaces.require();
    }

    @BeforeEach
    void makeASite() {
        Program.run(
                        List.of(
                                LAUNCHER,
                                "init",
                                directory.resolve("site").toString(),
                                "--lab",
                                "--interface",
                                "server0",
                                "--address",
                                "192.168.77.1",
                                "--subnet",
                                "192.168.77.0/24"),
                        LabFixture.root(),
                        Map.of("GARBOARD_BUILD", "never"),
                        Duration.ofMinutes(2))
                .succeeded();
    }

    @Test
    void aServerThatIsStartedOffersAnAddressAndEndsInOrderWhenItIsAskedTo() throws Exception {
        var lines = run(SCRIPT);

        assertEquals(1, lines.size(), lines::toString);
        var figures = lines.getFirst().split(" ", -1);
        System.err.println("Figures of the server: " + figures[0] + " ms from its start to the first OFFER ("
                + figures[1] + " ms of processor time); resident after 12 s " + figures[2] + " MiB (" + figures[3]
                + " anonymous, " + figures[4] + " of files)");
        var log = Files.readString(directory.resolve("site/server.log"));
        assertTrue(log.contains("answered with OFFER"), log);
        // SQLite removes its log of writes when the last connection is closed in order.
        assertTrue(Files.exists(directory.resolve("site/garboard.db")), log);
        assertTrue(Files.notExists(directory.resolve("site/garboard.db-wal")), log);
    }

    @Test
    void aServerWithoutPermissionSaysWhichItNeeds() throws Exception {
        var lines = run("""
                ip link set lo up
                ip addr add 192.168.77.1/24 dev lo
                setpriv --bounding-set -net_bind_service "$GARBOARD" serve --config site/garboard.yaml 2>&1 || echo "code $?"
                """);

        assertEquals(
                List.of(
                        "garboard: boot HTTP cannot listen on 192.168.77.1 port 80: Permission denied; run as root, grant CAP_NET_BIND_SERVICE,"
                                + " or set http-boot.listen to a port above 1023",
                        "code 1"),
                lines.subList(lines.size() - 2, lines.size()));
    }

    private List<String> run(String script) throws Exception {
        return Namespaces.run(
                directory, List.of("-Urn"), "export GARBOARD_BUILD=never GARBOARD=" + LAUNCHER + "\n" + script);
    }
}
