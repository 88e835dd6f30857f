package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.RenewCertificateRequest;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
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
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything that strangers and one node can do to the nodes' port at once, against a process with a heap of 64 MiB. */
@Timeout(180)
class FleetLoadIT {

    private static final int STRANGERS = 600;
    private static final int CONNECTIONS = 20;
    private static final int STREAMS = 100;
    private static final int NODES = 60;

    /** Of the silent calls of one caller, see UnheardLimits; the others are ended. */
    private static final int SILENT = 16;

    private static final int MOST_THREADS = 80;
    private static final int MOST_MEBIBYTES = 400;

    @TempDir
    Path directory;

    private SiteAuthority authority;
    private Process server;
    private String session = "";
    private int port;
    private final KeyPair keys = KeyPairs.ecP256();
    private ManagedChannel probe;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ConcurrentMap<String, Integer> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger welcomed = new AtomicInteger();
    private final List<String> figures = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=64m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadedFleet.class.getName(),
                        directory.toString(),
                        String.valueOf(NODES + 1))
                .redirectError(directory.resolve("server.log").toFile())
                .start();
        var lines = server.inputReader(StandardCharsets.UTF_8);
        session = value(lines, "session ");
        port = Integer.parseInt(value(lines, "port "));
        authority = SiteAuthority.open(directory.resolve("pki"), InstantSource.system());
        probe = node(0, "127.0.0.1");
        measure("at rest");
    }

    private static String value(BufferedReader from, String key) throws IOException {
        var line = from.readLine();
        while (line != null && !line.startsWith(key)) {
            line = from.readLine();
        }
        assertTrue(line != null, "the server ended before it said its " + key);
        return line.substring(key.length());
    }

    @AfterEach
    void stop() throws Exception {
        for (var socket : sockets) {
            socket.close();
        }
        channels.forEach(ManagedChannel::shutdownNow);
        server.destroyForcibly().waitFor();
    }

    @Test
    void memoryAndThreadsStayFlatTheServerStaysUpAndANodeCanStillEnrol() throws Exception {
        for (int i = 0; i < STRANGERS; i++) {
            stranger();
        }
        measure(STRANGERS + " silent strangers of one address");
        for (int i = 0; i < CONNECTIONS; i++) {
            flood(node(NODES, "127.0.0.3"));
        }
        await(ended, CONNECTIONS * STREAMS - SILENT);
        measure("one node, " + CONNECTIONS + " connections with " + STREAMS + " streams");
        for (int i = 1; i < NODES; i++) {
            connect(node(i, "127.0.2." + i), "m" + i);
        }
        await(welcomed, NODES - 1);
        measure(NODES + " nodes of as many addresses");
        enrol();
        measure("a node has enrolled");
        figures.add("what became of the one node's streams: " + new TreeMap<>(outcomes));
        System.out.println(String.join(System.lineSeparator(), figures));
    }

    private ManagedChannel node(int number, String from) throws Exception {
        var chain = authority.issueNode("m" + number, CertificateRequest.create(keys), InetAddress.ofLiteral(from));
        var source = new InetSocketAddress(InetAddress.ofLiteral(from), 0);
        var channel = SiteChannels.builder(
                        FakeNode.server(port),
                        new RotatingIdentity(new TlsIdentity(keys.getPrivate(), chain)),
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

    /** Says half of a TLS hello. */
    private void stranger() throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
            socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1});
        } catch (IOException refused) {
            socket.close();
        }
    }

    /** Streams that say nothing. */
    private void flood(ManagedChannel channel) {
        for (int i = 0; i < STREAMS; i++) {
            channel.newCall(NodeServiceGrpc.getConnectMethod(), CallOptions.DEFAULT)
                    .start(
                            new ClientCall.Listener<>() {
                                @Override
                                public void onClose(Status status, Metadata trailers) {
                                    outcomes.merge(status.getCode() + " " + status.getDescription(), 1, Integer::sum);
                                    ended.incrementAndGet();
                                }
                            },
                            new Metadata());
        }
    }

    private void connect(ManagedChannel channel, String machine) {
        var call = channel.newCall(NodeServiceGrpc.getConnectMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(ServerMessage message) {
                        welcomed.incrementAndGet();
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(NodeMessage.newBuilder()
                .setHello(NodeMessage.Hello.newBuilder().setMachine(machine).setBootSession(session))
                .build());
    }

    private void enrol() throws InterruptedException {
        try (var enrolling = new FakeNode(authority.certificate(), port)) {
            EnrollResponse answer = enrolling
                    .enroll(enrolling.request(session, LoadedFleet.MAC, "").build())
                    .poll(20, TimeUnit.SECONDS);
            assertNotNull(answer, () -> "no answer in 20 s; " + figures);
            assertTrue(answer.hasAccepted(), answer::toString);
        }
    }

    private void await(AtomicInteger counter, int expected) throws InterruptedException {
        for (int i = 0; counter.get() < expected; i++) {
            assertTrue(i < 3000, () -> counter + " of " + expected + "; " + outcomes + "; " + figures);
            assertTrue(server.isAlive(), () -> "the server ended: " + figures);
            Thread.sleep(10);
        }
    }

    /** A node has its certificate renewed, which must still be possible, and what the server takes is noted. */
    private void measure(String when) throws Exception {
        // What was sent is at work when three answers have come through it.
        for (int i = 0; i < 3; i++) {
            NodeServiceGrpc.newBlockingStub(probe)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .renewCertificate(RenewCertificateRequest.newBuilder()
                            .setCertificateRequest(ByteString.copyFrom(CertificateRequest.create(keys)))
                            .build());
        }
        assertTrue(server.isAlive(), () -> "the server ended: " + figures);
        int threads = status("Threads");
        int mebibytes = status("VmRSS") / 1024;
        figures.add("node listener, %s: %d MiB resident, %d threads".formatted(when, mebibytes, threads));
        assertTrue(threads < MOST_THREADS, () -> String.join("; ", figures));
        assertTrue(mebibytes < MOST_MEBIBYTES, () -> String.join("; ", figures));
        var log = Files.readString(directory.resolve("server.log"));
        assertEquals(-1, log.indexOf("OutOfMemoryError"), log);
    }

    private int status(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
