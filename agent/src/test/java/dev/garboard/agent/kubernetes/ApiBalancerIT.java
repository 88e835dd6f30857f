package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceStatus.State;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.HostPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiBalancerIT {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final Inet4Address NOWHERE = Cidr.address("192.0.2.1");

    private final Service service = new ServiceTable().add("api-balancer of a test", "");
    private ApiBalancer balancer;

    ApiBalancerIT() throws IOException {
        balancer = ApiBalancer.start(new InetSocketAddress(HERE, 0), service);
    }

    @BeforeEach
    void isNew() {
        assertEquals(State.WAITING, service.status().state());
    }

    @AfterEach
    void close() {
        balancer.close();
    }

    @Test
    void passesBytesBothWays() throws Exception {
        try (var server = new EchoServer(7)) {
            use(server);

            assertEquals(List.of(7, 1), answers(1));
        }
    }

    @Test
    void oneDeadServerIsNotNoticed() throws Exception {
        var dead = new EchoServer(1);
        dead.close();
        try (var alive = new EchoServer(2)) {
            use(dead, alive);

            for (int i = 0; i < 20; i++) {
                assertEquals(List.of(2, 5), answers(5));
            }
        }
    }

    @Test
    void connectionsToAServerThatDiesEndAndNewOnesGoToAnother() throws Exception {
        var first = new EchoServer(1);
        use(first);
        try (var second = new EchoServer(2);
                var client = connect()) {
            assertEquals(1, client.getInputStream().read());

            use(first, second);
            first.close();

            assertEquals(-1, client.getInputStream().read());
            assertEquals(List.of(2, 9), answers(9));
        }
    }

    @Test
    void connectionsToAServerThatIsNoLongerNamedEnd() throws Exception {
        try (var first = new EchoServer(1);
                var second = new EchoServer(2)) {
            use(first);
            try (var client = connect()) {
                assertEquals(1, client.getInputStream().read());

                use(second);

                assertEquals(-1, client.getInputStream().read());
            }
            assertEquals(List.of(2, 3), answers(3));
        }
    }

    @Test
    void saysThatNoServerAnswers() throws Exception {
        var dead = new EchoServer(1);
        dead.close();

        use(dead);
        while (service.status().state() == State.WAITING) {
            Thread.sleep(10);
        }

        assertTrue(
                service.status().message().startsWith("no API server answers: 127.0.0.1:"),
                service.status().message());
    }

    /** As an API server that is away does. */
    @Test
    void refusesConnectionsUntilAServerAnswersAgain() throws Exception {
        var away = new EchoServer(1);
        away.close();
        use(away);

        awaitRefusal(true);
        try (var back = new EchoServer(4, away.port)) {
            awaitRefusal(false);

            assertEquals(List.of(4, 6), answers(6));
            assertEquals(away.port, back.port);
        }
        awaitRefusal(true);
    }

    private void awaitRefusal(boolean wanted) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (refuses() != wanted) {
            assertTrue(System.nanoTime() < deadline, wanted ? "it still listens" : "it does not listen");
            Thread.sleep(20);
        }
    }

    private boolean refuses() throws IOException {
        try (var client = connect()) {
            return !client.isConnected();
        } catch (ConnectException refused) {
            return true;
        }
    }

    private void use(EchoServer... servers) throws Exception {
        balancer.use(
                List.of(servers).stream()
                        .map(server -> new HostPort("127.0.0.1", server.port))
                        .toList(),
                NOWHERE);
    }

    private Socket connect() throws IOException {
        return new Socket(HERE, balancer.address().getPort());
    }

    /** The server's own number, and what it sent back. */
    private List<Integer> answers(int sent) throws IOException {
        try (var client = connect()) {
            client.getOutputStream().write(sent);
            return List.of(
                    client.getInputStream().read(), client.getInputStream().read());
        }
    }

    /** Says its number, then what it is told; dies with all its connections. */
    private static final class EchoServer implements AutoCloseable {

        private final ServerSocket listener;
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();
        private final int number;
        private final int port;

        EchoServer(int number) throws IOException {
            this(number, 0);
        }

        EchoServer(int number, int port) throws IOException {
            this.number = number;
            this.listener = new ServerSocket(port, 50, HERE);
            this.port = listener.getLocalPort();
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    open.add(client);
                    Thread.ofVirtual().start(() -> serve(client));
                }
            } catch (IOException closed) {
                // The test has ended it.
            }
        }

        private void serve(Socket client) {
            try (client) {
                client.getOutputStream().write(number);
                for (int octet = client.getInputStream().read();
                        octet >= 0;
                        octet = client.getInputStream().read()) {
                    client.getOutputStream().write(octet);
                }
            } catch (IOException ended) {
                // The client or the test has ended it.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket each : open) {
                each.close();
            }
        }
    }
}
