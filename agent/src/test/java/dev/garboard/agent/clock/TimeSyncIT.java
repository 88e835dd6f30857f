package dev.garboard.agent.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.clock.Timekeeping.Reason;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time servers on the addresses of the loopback, honest ones and others, and a clock that is not the host's. */
@Timeout(60)
class TimeSyncIT {

    private final List<Server> servers = new ArrayList<>();
    private final Service service = new ServiceTable().add("time", "");
    private final ShiftedClock clock = new ShiftedClock();
    private final CountDownLatch first = new CountDownLatch(1);
    private Supervisor.Running running = new Supervisor.Running();
    private int port;

    /** The host's clock with an offset; everything that is done to it is kept. */
    private static final class ShiftedClock implements LocalClock {

        private final List<String> done = new ArrayList<>();
        private Duration offset = Duration.ZERO;

        @Override
        public synchronized Instant now() {
            return Instant.now().plus(offset);
        }

        @Override
        public synchronized void set(Instant time) {
            offset = Duration.between(Instant.now(), time);
            done.add("set");
        }

        @Override
        public synchronized void slew(Duration by) {
            done.add("slew");
        }

        synchronized List<String> done() {
            return List.copyOf(done);
        }

        synchronized long aheadMillis() {
            return offset.toMillis();
        }
    }

    /** Answers with a clock that is ahead; before each answer it may send what is none. */
    private static final class Server implements AutoCloseable {

        private final DatagramSocket socket;
        private final Duration ahead;
        private final boolean forges;

        Server(int host, int port, Duration ahead, boolean forges) throws Exception {
            this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + host), port));
            this.ahead = ahead;
            this.forges = forges;
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try {
                while (true) {
                    var datagram = new DatagramPacket(new byte[512], 512);
                    socket.receive(datagram);
                    var question = NtpPacket.read(datagram.getData(), datagram.getLength());
                    if (forges) {
                        // As somebody does who cannot see the question: everything is right but the number.
                        send(datagram, answer(question.transmit() + 1, Duration.ofSeconds(30)));
                    }
                    send(datagram, answer(question.transmit(), ahead));
                }
            } catch (java.io.IOException closed) {
                // The test has ended.
            }
        }

        private static NtpPacket answer(long origin, Duration ahead) {
            long now = NtpPacket.time(Instant.now().plus(ahead));
            return new NtpPacket(
                    0, 4, NtpPacket.SERVER, 2, Duration.ZERO, Duration.ofMillis(1), 0, now, origin, now, now);
        }

        private void send(DatagramPacket to, NtpPacket answer) throws java.io.IOException {
            byte[] bytes = answer.write();
            socket.send(new DatagramPacket(bytes, bytes.length, to.getSocketAddress()));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private InetAddress server(long aheadMillis, boolean forges) throws Exception {
        var server = new Server(servers.size() + 2, port, Duration.ofMillis(aheadMillis), forges);
        port = server.socket.getLocalPort();
        servers.add(server);
        return server.socket.getLocalAddress();
    }

    private TimeSync sync() {
        var random = new Random(1);
        var client = new NtpClient(port, Duration.ofMillis(300), Duration.ofMillis(5), clock, random);
        var time = new TimeSync(service, random, first::countDown, clock, client);
        running = new Supervisor(random, error -> {}).start(service, time);
        return time;
    }

    @AfterEach
    void stop() throws InterruptedException {
        running.end();
        servers.forEach(Server::close);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(10);
        }
    }

    private static void awaitReason(TimeSync time, Reason reason) throws InterruptedException {
        await(() -> time.keeping().filter(now -> now.reason() == reason).isPresent());
    }

    @Test
    void aLyingServerIsOutvotedByTwoOthers() throws Exception {
        var liar = server(40_000, false);
        var all = List.of(liar, server(700, false), server(710, false));
        var time = sync();

        time.use(all);
        time.serverSaid(Instant.now());

        assertTrue(first.await(30, TimeUnit.SECONDS));
        assertEquals(List.of("set"), clock.done());
        assertTrue(Math.abs(clock.aheadMillis() - 705) < 100, () -> "ahead by " + clock.aheadMillis());
        assertEquals(
                liar.getHostAddress() + " says another time and is not believed",
                time.keeping().orElseThrow().message());
        assertTrue(service.status().healthy());
    }

    @Test
    void nothingIsDoneBeforeTheBootServerHasSpoken() throws Exception {
        var time = sync();

        time.use(List.of(server(40_000, false)));

        awaitReason(time, Reason.WAITS_FOR_BOOT_SERVER);
        assertEquals(List.of(), clock.done());
        // What the service says follows on what the node is told.
        await(() -> !service.status().healthy());
    }

    @Test
    void aServerThatIsADayOffIsRefusedAndTheBootServersTimeStays() throws Exception {
        var address = server(86_400_000, false);
        clock.set(Instant.now().minus(Duration.ofHours(3)));
        var time = sync();

        time.use(List.of(address));
        time.serverSaid(Instant.now());

        awaitReason(time, Reason.DISAGREES_WITH_BOOT_SERVER);
        assertEquals(List.of("set", "set"), clock.done());
        assertTrue(Math.abs(clock.aheadMillis()) < 2_000, () -> "ahead by " + clock.aheadMillis());
        await(() -> service.status().message().contains(address.getHostAddress()));
    }

    @Test
    void anAnswerToAnotherQuestionIsPassedOver() throws Exception {
        var time = sync(server(300, true));

        time.serverSaid(Instant.now());

        assertTrue(first.await(30, TimeUnit.SECONDS));
        assertTrue(Math.abs(clock.aheadMillis() - 300) < 100, () -> "ahead by " + clock.aheadMillis());
    }

    private TimeSync sync(InetAddress server) {
        var time = sync();
        time.use(List.of(server));
        return time;
    }

    @Test
    void aServerThatIsSilentIsNamed() throws Exception {
        var address = server(0, false);
        servers.getFirst().close();
        var time = sync(address);

        time.serverSaid(Instant.now());

        awaitReason(time, Reason.NO_ANSWER);
        assertTrue(time.keeping().orElseThrow().message().startsWith("127.0.0.2 "), time.keeping()::toString);
    }

    @Test
    void theLowerBoundHoldsAgainstTheBootServerToo() throws Exception {
        var floor = Instant.now().minusSeconds(10);
        var time = sync(server(0, false));
        time.notBefore(floor);

        time.serverSaid(floor.minusSeconds(86_400));

        awaitReason(time, Reason.BEFORE_LOWER_BOUND);
        assertEquals(List.of(), clock.done());
        clock.set(Instant.EPOCH);
        time.notBefore(floor);
        assertTrue(!clock.now().isBefore(floor));
    }

    @Test
    void withoutATimeServerThatIsSaid() throws Exception {
        var time = sync();

        awaitReason(time, Reason.NO_TIME_SERVER);
        assertTrue(time.keeping().orElseThrow().message().contains("spec.timeServers"));
    }
}
