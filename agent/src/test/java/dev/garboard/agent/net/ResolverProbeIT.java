package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.net.ResolverAnswer.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/** Real sockets, and name servers on addresses of the loopback that do what some do. */
@Timeout(60)
class ResolverProbeIT {

    /** Long enough for whoever answers, on a machine that has other things to do as well. */
    private static final Duration LONG = Duration.ofSeconds(20);

    private static final Duration SHORT = Duration.ofSeconds(1);

    private final List<NameServer> servers = new ArrayList<>();
    private int port;

    @AfterEach
    void end() throws IOException {
        for (var server : servers) {
            server.close();
        }
    }

    @Test
    void aRecursiveServerAnswersAndItsLatencyIsKnown() throws Exception {
        server(question -> List.of(NameServer.reply(question).toWire()));

        var answer = ask(LONG).getFirst();

        assertEquals("ANSWERS answers", say(answer));
        assertTrue(answer.latency().isPositive() && answer.latency().compareTo(LONG) < 0, answer::toString);
        assertEquals(1, servers.getFirst().questions());
    }

    @Test
    void aServerWithoutThatNameAnswersAll() throws Exception {
        server(question -> List.of(saying(question, Rcode.NXDOMAIN)));

        assertEquals("ANSWERS answers", say(ask(LONG).getFirst()));
    }

    @Test
    void aSilentServerIsAskedTwice() throws Exception {
        server(_ -> List.of());

        assertEquals("NO_ANSWER no answer within 1 s", say(ask(SHORT).getFirst()));
        assertEquals(2, servers.getFirst().questions());
    }

    @Test
    void oneLostPacketIsNoFailure() throws Exception {
        var asked = new AtomicInteger();
        server(question -> asked.incrementAndGet() == 1
                ? List.of()
                : List.of(NameServer.reply(question).toWire()));

        assertEquals("ANSWERS answers", say(ask(Duration.ofSeconds(3)).getFirst()));
    }

    @Test
    void errorsAreToldWithTheirCode() throws Exception {
        server(question -> List.of(saying(question, Rcode.REFUSED)));
        server(question -> List.of(saying(question, Rcode.SERVFAIL)));
        server(question -> List.of(saying(question, Rcode.NOTIMP)));

        assertEquals(
                List.of("REFUSED REFUSED", "SERVER_FAILURE SERVFAIL", "OTHER_ERROR NOTIMP"),
                ask(LONG).stream().map(ResolverProbeIT::say).toList());
    }

    @Test
    void anAnswerThatWasCutOffIsFetchedByTcp() throws Exception {
        server(question -> List.of(truncated(question))).withTcp(_ -> {}, false);

        assertEquals("ANSWERS answers", say(ask(LONG).getFirst()));
    }

    @Test
    void whatTcpSaysCounts() throws Exception {
        server(question -> List.of(truncated(question)))
                .withTcp(reply -> reply.getHeader().setRcode(Rcode.REFUSED), false);
        server(question -> List.of(truncated(question)))
                .withTcp(reply -> reply.getHeader().setID(reply.getHeader().getID() + 1), false);

        assertEquals(
                List.of("REFUSED REFUSED", "MALFORMED what it sends is no answer to what was asked"),
                ask(LONG).stream().map(ResolverProbeIT::say).toList());
    }

    @Test
    void anAnswerThatWasCutOffIsNoneWithoutTcp() throws Exception {
        server(question -> List.of(truncated(question)));
        server(question -> List.of(truncated(question))).withTcp(_ -> {}, true);

        var answers = ask(SHORT);

        assertEquals(Result.UNREACHABLE, answers.getFirst().result());
        assertEquals("NO_ANSWER its answer is truncated, and there is none by TCP in time", say(answers.getLast()));
    }

    @Test
    void garbageDoesNotKeepTheAnswerOut() throws Exception {
        server(question -> List.of(garbage(), saying(question, Rcode.NXDOMAIN)));

        assertEquals("ANSWERS answers", say(ask(LONG).getFirst()));
    }

    @Test
    void anAnswerWithAnotherIdIsIgnored() throws Exception {
        server(question -> {
            var forged = NameServer.reply(question);
            forged.getHeader().setID(forged.getHeader().getID() + 1);
            return List.of(forged.toWire(), saying(question, Rcode.REFUSED));
        });

        assertEquals("REFUSED REFUSED", say(ask(LONG).getFirst()));
    }

    @Test
    void whoSendsOnlyGarbageIsNoNameServer() throws Exception {
        server(_ -> List.of(garbage()));

        assertEquals(
                "MALFORMED what it sends is no answer to what was asked",
                say(ask(SHORT).getFirst()));
    }

    @Test
    void aFloodIsNotReadToItsEnd() throws Exception {
        server(_ -> Collections.nCopies(100, garbage()));

        // Would take as long when it waited for more.
        assertEquals(
                "MALFORMED what it sends is no answer to what was asked",
                say(ask(LONG).getFirst()));
    }

    /** It would take seconds to parse what is made for it. */
    @Test
    void aLongAnswerByTcpIsNotRead() throws Exception {
        server(question -> List.of(truncated(question)))
                .withTcp(
                        reply -> {
                            for (int i = 0; i < 300; i++) {
                                reply.addRecord(NameServer.text("x".repeat(200)), Section.ADDITIONAL);
                            }
                        },
                        false);

        assertEquals(
                "MALFORMED what it sends is no answer to what was asked",
                say(ask(LONG).getFirst()));
    }

    @Test
    void whoSendsOnlyEmptyPacketsIsNoNameServer() throws Exception {
        server(_ -> List.of(new byte[0]));

        assertEquals(
                "MALFORMED what it sends is no answer to what was asked",
                say(ask(SHORT).getFirst()));
    }

    /** A second answer that nobody reads would wake the wait for the silent one again and again. */
    @Test
    void whoAnswersTwiceCostsNoProcessorWhileOthersAreSilent() throws Exception {
        server(_ -> List.of());
        server(question -> {
            byte[] reply = NameServer.reply(question).toWire();
            return List.of(reply, reply);
        });
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();

        var answers = ask(Duration.ofSeconds(3));

        var used = Duration.ofNanos(threads.getCurrentThreadCpuTime() - before);
        assertEquals("ANSWERS answers", say(answers.getLast()));
        // Six seconds of waiting; one that spins uses most of them.
        assertTrue(used.compareTo(Duration.ofSeconds(2)) < 0, used::toString);
    }

    @Test
    void manyThatAreSilentByTcpTakeAsLongAsOne() throws Exception {
        for (int i = 0; i < 6; i++) {
            server(question -> List.of(truncated(question))).withTcp(_ -> {}, true);
        }
        long began = System.nanoTime();

        var answers = ask(Duration.ofSeconds(2));

        var took = Duration.ofNanos(System.nanoTime() - began);
        assertTrue(answers.stream().allMatch(each -> each.result() == Result.NO_ANSWER), answers::toString);
        // One after the other they would take twelve.
        assertTrue(took.compareTo(Duration.ofSeconds(8)) < 0, took::toString);
    }

    @Test
    void anAnswerFromAnotherPortIsIgnored() throws Exception {
        var from = new InetSocketAddress[1];
        try (var other = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
                var silent = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
            port = silent.getLocalPort();
            var answering = Thread.ofVirtual().start(() -> {
                try {
                    var packet = new DatagramPacket(new byte[512], 512);
                    silent.receive(packet);
                    from[0] = (InetSocketAddress) packet.getSocketAddress();
                    var question = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                    byte[] answer = NameServer.reply(question).toWire();
                    other.send(new DatagramPacket(answer, answer.length, from[0]));
                } catch (IOException closed) {
                    throw new UncheckedIOException(closed);
                }
            });

            var answer = ask(List.of(silent.getLocalAddress()), SHORT).getFirst();

            answering.join();
            assertTrue(from[0] != null, "the answer was sent");
            assertEquals("NO_ANSWER no answer within 1 s", say(answer));
        }
    }

    @Test
    void whereNothingListensIsToldAtOnce() throws Exception {
        try (var socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
            port = socket.getLocalPort();
        }

        var answer = ask(List.of(InetAddress.ofLiteral("127.0.0.2")), LONG).getFirst();

        assertEquals("UNREACHABLE nothing listens on its port " + port, say(answer));
    }

    @Test
    void manySilentServersTakeAsLongAsOneAndKeepNobodyElseOut() throws Exception {
        for (int i = 0; i < 7; i++) {
            server(_ -> List.of());
        }
        server(question -> List.of(NameServer.reply(question).toWire()));
        long began = System.nanoTime();

        var answers = ask(Duration.ofSeconds(1));

        var took = Duration.ofNanos(System.nanoTime() - began);
        assertEquals(
                7,
                answers.stream()
                        .filter(each -> each.result() == Result.NO_ANSWER)
                        .count());
        assertEquals("ANSWERS answers", say(answers.getLast()));
        // One after the other they would take fourteen.
        assertTrue(took.compareTo(Duration.ofSeconds(6)) < 0, took::toString);
    }

    private NameServer server(NameServer.Udp behaviour) throws IOException {
        var server = new NameServer(servers.size() + 2, port, behaviour);
        port = server.port();
        servers.add(server);
        return server;
    }

    private List<ResolverAnswer> ask(Duration timeout) throws IOException, InterruptedException {
        return ask(servers.stream().map(NameServer::address).toList(), timeout);
    }

    private List<ResolverAnswer> ask(List<InetAddress> addresses, Duration timeout)
            throws IOException, InterruptedException {
        return new ResolverProbe(port, timeout, new Random(1)).ask(addresses);
    }

    private static String say(ResolverAnswer answer) {
        return answer.result() + " " + answer.seen();
    }

    private static byte[] saying(Message question, int rcode) throws IOException {
        var reply = NameServer.reply(question);
        reply.removeAllRecords(Section.ANSWER);
        reply.getHeader().setRcode(rcode);
        return reply.toWire();
    }

    private static byte[] truncated(Message question) throws IOException {
        var reply = NameServer.reply(question);
        reply.removeAllRecords(Section.ANSWER);
        reply.getHeader().setFlag(Flags.TC);
        return reply.toWire();
    }

    private static byte[] garbage() {
        return "this is not the domain name system".getBytes(StandardCharsets.US_ASCII);
    }
}
