package dev.garboard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.enrollment.BootTicket;
import dev.garboard.agent.enrollment.Enrollment;
import dev.garboard.agent.enrollment.NodeFacts;
import dev.garboard.agent.enrollment.NodeIdentity;
import dev.garboard.agent.enrollment.ServerChannel;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.trust.SiteAuthority;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node and a boot server whose clocks are a day apart. It is the server's that is wrong here: the node's is this host's. */
@Timeout(120)
class WrongClockIT {

    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path directory;

    private final ServiceTable services = new ServiceTable();
    private final Service service = services.add("enrollment", "");
    private final NodeIdentity identity = new NodeIdentity();
    private final BlockingQueue<Instant> lowerBounds = new LinkedBlockingQueue<>();
    private final BlockingQueue<Instant> serverTimes = new LinkedBlockingQueue<>();

    private Thread node = Thread.ofVirtual().unstarted(() -> {});

    /** It would go on asking, and its log is one for all tests. */
    @AfterEach
    void stop() throws InterruptedException {
        node.interrupt();
        node.join();
    }

    private TestBootServer serve(Duration serverIsAhead) throws Exception {
        var site = SiteAuthority.create(directory, "test", () -> Instant.now().plus(serverIsAhead));
        var server = new TestBootServer(
                site,
                site.issueServer(List.of(), List.of()),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                SiteAuthority.NODE_VALIDITY,
                CompletableFuture.completedFuture(null),
                () -> Instant.now().plus(serverIsAhead));
        var channel = new ServerChannel(server.address(), site.certificate(), lowerBounds::add);
        var enrollment = new Enrollment(
                service, channel, facts(), BootTicket.none(), identity, new Random(1), new Enrollment.Listener() {
                    @Override
                    public void pending(String machine, String reason) {}

                    @Override
                    public void accepted(String machine) {}

                    @Override
                    public void serverTime(Instant now) {
                        serverTimes.add(now);
                    }
                });
        node = Thread.ofVirtual().start(() -> {
            try {
                enrollment.run();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        return server;
    }

    private static NodeFacts facts() {
        return new NodeFacts(
                "0.1.0",
                "lab",
                "ab",
                "6.1",
                "s",
                Hardware::getDefaultInstance,
                () -> "52:54:00:77:00:01",
                () -> "127.0.0.1",
                List::of);
    }

    private String says(String part) throws InterruptedException {
        while (!service.status().message().contains(part)) {
            Thread.sleep(20);
        }
        return service.status().message();
    }

    @Test
    void aNodeThatIsAheadIsToldTheTimeAndSaysWhyItTakesNoCertificate() throws Exception {
        try (var server = serve(DAY.negated())) {
            var said = says("this machine's clock says");

            assertTrue(
                    said.contains("the certificate that the server made just now is valid from ")
                            && said.endsWith(
                                    "set the clock in the machine's firmware, or name a time server in its subnet"
                                            + " (spec.timeServers)"),
                    said);
            assertTrue(identity.current().isEmpty());
            var heard = serverTimes.poll(10, TimeUnit.SECONDS);
            assertEquals(DAY.toHours(), Duration.between(heard, Instant.now()).toHours());
            var shown = server.requests.poll(10, TimeUnit.SECONDS);
            assertFalse(shown == null || !shown.hasTime());
        }
    }

    @Test
    void aNodeThatIsBehindGetsALowerBoundAndSaysWhyItDoesNotBelieveTheServer() throws Exception {
        try (var _ = serve(DAY)) {
            var said = says("one of the two clocks is wrong");

            assertTrue(said.contains("the certificate of garboard-server") && said.contains("is valid from "), said);
            var bound = lowerBounds.poll(10, TimeUnit.SECONDS);
            assertTrue(Duration.between(Instant.now(), bound).toHours() >= 23, () -> "the lower bound is " + bound);
        }
    }
}
