package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceStatus.State;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watch as the node runs it, over real sockets; rounds follow each other sooner. */
@Timeout(60)
class ResolverWatchIT {

    private final List<NameServer> servers = new ArrayList<>();
    private final Service service = new ServiceTable().add("resolver", "");
    private final AtomicInteger changes = new AtomicInteger();
    private Supervisor.Running running = new Supervisor.Running();
    private int port;

    @AfterEach
    void end() throws Exception {
        running.end();
        for (var server : servers) {
            server.close();
        }
    }

    @Test
    void nothingIsSaidBeforeAnybodyHasNamedServers() throws Exception {
        answering();
        var watch = watch(Duration.ofMillis(50));

        assertEquals(Optional.empty(), watch.statuses());

        watch.use(List.of());
        await(() -> changes.get() == 1);
        assertEquals(Optional.of(List.of()), watch.statuses());
        assertEquals(State.WAITING, service.status().state());
        assertTrue(service.status().message().startsWith("no resolver is known"), service.status()::toString);
    }

    @Test
    void otherServersAreAskedAtOnce() throws Exception {
        var good = answering();
        var silent = silent();
        var watch = watch(Duration.ofHours(1));
        watch.use(List.of(good.address()));
        await(() -> changes.get() == 1);
        assertTrue(service.status().healthy(), service.status()::toString);

        watch.use(List.of(silent.address(), good.address()));

        await(() -> changes.get() == 2);
        assertFalse(service.status().healthy(), service.status()::toString);
        assertEquals("127.0.0.3: no answer within 1 s", service.status().message());
        assertEquals(
                List.of("127.0.0.3 NO_ANSWER", "127.0.0.2 ANSWERS"),
                watch.statuses().orElseThrow().stream()
                        .map(each -> each.server().getHostAddress() + " "
                                + each.answer().result())
                        .toList());

        watch.use(List.of(good.address()));
        await(() -> changes.get() == 3);
        assertTrue(service.status().healthy(), service.status()::toString);
    }

    @Test
    void aServerThatFallsSilentIsFoundOutAndSoIsOneThatComesBack() throws Exception {
        var server = answering();
        var watch = watch(Duration.ofMillis(50));
        watch.use(List.of(server.address()));
        await(() -> changes.get() == 1);

        server.becomes(_ -> List.of());
        await(() -> changes.get() == 2);
        assertFalse(service.status().healthy(), service.status()::toString);
        server.becomes(question -> List.of(NameServer.reply(question).toWire()));
        await(() -> changes.get() == 3);

        assertTrue(service.status().healthy(), service.status()::toString);
    }

    @Test
    void roundsWithoutNewsTellNobody() throws Exception {
        var server = answering();
        var watch = watch(Duration.ofMillis(20));
        watch.use(List.of(server.address()));
        await(() -> changes.get() == 1);
        int asked = server.questions();

        await(() -> server.questions() >= asked + 10);

        assertEquals(1, changes.get());
        watch.use(List.of(server.address()));
        assertEquals(1, changes.get());
    }

    @Test
    void noThreadIsLeftBehindByARound() throws Exception {
        var server = answering();
        var watch = watch(Duration.ofMillis(20));
        watch.use(List.of(server.address()));

        await(() -> server.questions() >= 10);

        assertFalse(
                Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().contains("dnsjava")),
                () -> Thread.getAllStackTraces().keySet().toString());
    }

    private NameServer answering() throws IOException {
        return server(question -> List.of(NameServer.reply(question).toWire()));
    }

    private NameServer silent() throws IOException {
        return server(_ -> List.of());
    }

    private NameServer server(NameServer.Udp behaviour) throws IOException {
        var server = new NameServer(servers.size() + 2, port, behaviour);
        port = server.port();
        servers.add(server);
        return server;
    }

    /** Started when its servers are there, because they share a port. */
    private ResolverWatch watch(Duration pause) {
        var probe = new ResolverProbe(port, Duration.ofSeconds(1), new Random(1));
        var watch = new ResolverWatch(
                service,
                new Random(1),
                changes::incrementAndGet,
                probe,
                pause,
                () -> Duration.ofNanos(System.nanoTime()));
        running = new Supervisor(new Random(1), error -> {
                    throw new AssertionError(error);
                })
                .start(service, watch);
        return watch;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(10);
        }
    }
}
