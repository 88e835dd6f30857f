package dev.garboard.agent.clock;

import dev.garboard.agent.clock.ClockPolicy.Answers;
import dev.garboard.agent.clock.Sample.UnusableException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks time servers, each several times (RFC 4330 section 5). */
final class NtpClient {

    static final int PORT = 123;

    private static final Logger LOG = LoggerFactory.getLogger("garboard.time");
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /** Who does not answer twice will not answer four times. */
    private static final int PATIENCE = 2;

    /** Datagrams that are no answer to the question; more are a flood. */
    private static final int STRAY = 64;

    private final int port;
    private final Duration timeout;
    private final Duration between;
    private final LocalClock clock;
    private final RandomGenerator random;

    NtpClient(LocalClock clock, RandomGenerator random) {
        this(PORT, Duration.ofSeconds(2), BETWEEN, clock, random);
    }

    NtpClient(int port, Duration timeout, Duration between, LocalClock clock, RandomGenerator random) {
        this.port = port;
        this.timeout = timeout;
        this.between = between;
        this.clock = clock;
        this.random = random;
    }

    /** What one server has answered so far. */
    private static final class Asked {
        private final InetAddress server;
        private final List<Sample> samples = new ArrayList<>();
        private String complaint = "";
        private int silent;

        Asked(InetAddress server) {
            this.server = server;
        }
    }

    /** Asks all of them, in turn; takes some seconds. */
    List<Answers> ask(List<? extends InetAddress> servers) throws InterruptedException {
        var asked = servers.stream().map(Asked::new).toList();
        for (int round = 0; round < ClockPolicy.ANSWERS; round++) {
            if (round > 0) {
                Thread.sleep(between);
            }
            for (Asked each : asked) {
                if (each.silent < PATIENCE) {
                    ask(each);
                }
            }
        }
        return asked.stream()
                .map(each -> new Answers(each.server.getHostAddress(), each.samples, each.complaint))
                .toList();
    }

    private void ask(Asked asked) {
        try {
            asked.samples.add(sample(asked.server));
        } catch (UnusableException unusable) {
            asked.complaint = String.valueOf(unusable.getMessage());
            asked.silent = unusable.goAway ? PATIENCE : asked.silent;
        } catch (SocketTimeoutException silent) {
            asked.complaint = "did not answer";
            asked.silent++;
        } catch (IOException unreachable) {
            asked.complaint = "cannot be asked: " + unreachable.getMessage();
            asked.silent++;
        }
    }

    private Sample sample(InetAddress server) throws IOException, UnusableException {
        long nonce = random.nextLong();
        // Connected: the kernel lets through only what this address and port send.
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(server, port));
            byte[] question = NtpPacket.question(nonce).write();
            long sent = NtpPacket.time(clock.now());
            long began = System.nanoTime();
            socket.send(new DatagramPacket(question, question.length));
            var datagram = new DatagramPacket(new byte[512], 512);
            for (int stray = 0; stray < STRAY; stray++) {
                long left = timeout.toMillis() - (System.nanoTime() - began) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                socket.setSoTimeout((int) left);
                socket.receive(datagram);
                // By the clock that is never set: the other may be while this waits.
                long took = System.nanoTime() - began;
                if (datagram.getLength() >= NtpPacket.BYTES) {
                    var answer = NtpPacket.read(datagram.getData(), datagram.getLength());
                    if (answer.mode() == NtpPacket.SERVER && answer.origin() == nonce) {
                        return Sample.of(answer, sent, sent + NtpPacket.fixed(took));
                    }
                }
                LOG.debug("{}: a datagram that is no answer to what was asked", server.getHostAddress());
            }
            throw new SocketTimeoutException("nothing that answers the question");
        }
    }
}
