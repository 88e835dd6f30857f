package dev.garboard.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that readers and strangers can do to a node's API at once, from one address and from many, against a process with the heap of
 * a node.
 */
@Timeout(180)
class ApiLoadIT {

    private static final int STRANGERS = 300;
    private static final int ADDRESSES = 60;
    private static final int STREAMS = 100;
    private static final int LARGE = 4;
    private static final int STREAMS_OF_A_CONNECTION = 32;

    /** Threads of a bounded API: event loops, 16 for calls, 32 for streams, and the JVM's own. */
    private static final int THREADS = 100;

    @TempDir
    Path directory;

    private SiteAuthority authority;
    private Process node;
    private int port;
    private ManagedChannel probe;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ConcurrentMap<String, Integer> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final List<String> figures = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        authority = SiteAuthority.create(directory, "test", InstantSource.system());
        node = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xms16m",
                        "-Xmx64m",
                        "-Xss512k",
                        "-XX:MaxDirectMemorySize=16m",
                        "-Dio.netty.transport.noNative=true",
                        "-Dio.netty.allocator.type=unpooled",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadedNode.class.getName(),
                        directory.toString())
                .redirectError(directory.resolve("node.log").toFile())
                .start();
        port = Integer.parseInt(
                readLine(node.inputReader(StandardCharsets.UTF_8)).replace("port ", ""));
        probe = channel("probe", "127.0.0.1");
        measure("at rest");
    }

    private static String readLine(BufferedReader from) throws IOException {
        var line = from.readLine();
        assertTrue(line != null, "the node ended before it listened");
        return line;
    }

    @AfterEach
    void stop() throws Exception {
        for (var socket : sockets) {
            socket.close();
        }
        channels.forEach(ManagedChannel::shutdownNow);
        node.destroyForcibly().waitFor();
    }

    private ManagedChannel channel(String name, String from) throws IOException {
        var source = new InetSocketAddress(InetAddress.ofLiteral(from), 0);
        var channel = SiteChannels.builder(
                        Peer.machine("m1", "127.0.0.1", port),
                        new RotatingIdentity(authority.issueOperator(name, Role.READER, Duration.ofHours(1))),
                        authority.certificate())
                .localSocketPicker(new NettyChannelBuilder.LocalSocketPicker() {
                    @Override
                    public SocketAddress createSocketAddress(SocketAddress remote, Attributes attributes) {
                        return source;
                    }
                })
                .build();
        channels.add(channel);
        return channel;
    }

    @Test
    void memoryAndThreadsStayFlatAndTheNodeStaysUp() throws Exception {
        for (int i = 0; i < STRANGERS; i++) {
            stranger("127.0.0.2");
        }
        measure(STRANGERS + " strangers of one address");
        for (int i = 0; i < STRANGERS; i++) {
            stranger("127.0.1." + (1 + i % ADDRESSES));
        }
        measure(STRANGERS + " strangers of " + ADDRESSES + " addresses");
        // Their places at the handshake are needed; without this they are given back after 10 s.
        for (var socket : sockets) {
            socket.close();
        }
        for (int i = 0; i < 20; i++) {
            flood(channel("rita", "127.0.0.3"));
        }
        awaitAnswers(20);
        measure("one reader, 20 connections with " + STREAMS + " streams and " + LARGE + " messages of 3 MiB");
        for (int i = 0; i < ADDRESSES; i++) {
            flood(channel("reader-" + i, "127.0.2." + (1 + i)));
        }
        awaitAnswers(20 + ADDRESSES);
        measure(ADDRESSES + " readers of as many addresses, the same each");
        figures.add("what became of the calls: " + new TreeMap<>(outcomes));
        System.out.println(String.join(System.lineSeparator(), figures));
    }

    /** Says half of a TLS hello. */
    private void stranger(String from) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
            socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1});
        } catch (IOException refused) {
            socket.close();
        }
    }

    /** Hears once what became of a call: its first line, or its end. */
    private final class Answered extends ClientCall.Listener<LogLine> {
        private final AtomicBoolean heard = new AtomicBoolean();

        @Override
        public void onMessage(LogLine line) {
            hear("a line");
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            hear(status.getCode() + " " + status.getDescription());
        }

        private void hear(String what) {
            outcomes.merge(what, 1, Integer::sum);
            if (heard.compareAndSet(false, true)) {
                answered.incrementAndGet();
            }
        }
    }

    /** All calls but those for which a connection has no stream left. */
    private void awaitAnswers(int flooding) throws InterruptedException {
        int expected = flooding * (STREAMS + LARGE - STREAMS_OF_A_CONNECTION);
        for (int i = 0; answered.get() < expected; i++) {
            assertTrue(i < 600, () -> answered + " answers of " + expected + "; " + figures);
            assertTrue(node.isAlive(), () -> "the node ended: " + figures);
            Thread.sleep(100);
        }
    }

    /** Streams that nobody reads, and messages that are far too large. */
    private void flood(ManagedChannel channel) {
        for (int i = 0; i < STREAMS; i++) {
            var logs = channel.newCall(MachineServiceGrpc.getLogsMethod(), CallOptions.DEFAULT);
            logs.start(new Answered(), new Metadata());
            logs.sendMessage(LogsRequest.getDefaultInstance());
            logs.halfClose();
            logs.request(1);
        }
        var large = LogsRequest.newBuilder().setService("x".repeat(3 << 20)).build();
        for (int i = 0; i < LARGE; i++) {
            var call = channel.newCall(MachineServiceGrpc.getLogsMethod(), CallOptions.DEFAULT);
            call.start(new Answered(), new Metadata());
            call.sendMessage(large);
        }
    }

    /** Asks the node who it is, which it must still answer, and notes what it takes. */
    private void measure(String when) throws Exception {
        // What was sent is at work when three answers have come through it.
        for (int i = 0; i < 3; i++) {
            var answer = MachineServiceGrpc.newBlockingStub(probe)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .version(VersionRequest.getDefaultInstance());
            assertEquals("loaded", answer.getImage());
        }
        assertTrue(node.isAlive(), () -> "the node ended: " + figures);
        int threads = procStatus("Threads");
        figures.add("node API, %s: %d MiB resident, %d threads".formatted(when, procStatus("VmRSS") / 1024, threads));
        assertTrue(threads < THREADS, () -> String.join("; ", figures));
        var log = Files.readString(directory.resolve("node.log"));
        assertTrue(!log.contains("OutOfMemoryError"), log);
    }

    private int procStatus(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.pid() + "/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
