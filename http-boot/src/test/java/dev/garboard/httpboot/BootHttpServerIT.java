package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.httpboot.Served.Outcome;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BootHttpServerIT {
    private static final SessionId session = new SessionId("0123456789abcdef0123456789abcdef");
    private static final String SHA = "ab".repeat(32);
    private static final int LARGE = 50 << 20;
    private static final int PER_ADDRESS = 20;

    @TempDir
    Path directory;

    private final BlockingQueue<Served> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> refusedConnections = new LinkedBlockingQueue<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final byte[] loader = new byte[100_000];
    private BootHttpServer server = listen(2, 64, Duration.ofSeconds(30), Duration.ofSeconds(30));

    private BootHttpServer listen(int downloads, int queued, Duration idle, Duration stall) {
        var any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        var config = new BootHttpConfig(any, null, 24, PER_ADDRESS, downloads, queued, 1 << 20, idle, stall);
        return BootHttpServer.bind(config, new Source(), new BootEvents() {
            @Override
            public void served(Served served) {
                events.add(served);
            }

            @Override
            public void refused(String reason) {
                refusedConnections.add(reason);
            }
        });
    }

    private void relisten(int downloads, int queued, Duration idle, Duration stall) {
        server.close();
        server = listen(downloads, queued, idle, stall);
    }

    private final class Source implements BootSource {
        @Override
        public CompletionStage<ScriptAnswer> script(SessionId asked, InetSocketAddress from) {
            return CompletableFuture.completedFuture(
                    asked.equals(session)
                            ? new ScriptAnswer.LocalDisk("node-1", "installed")
                            : new ScriptAnswer.UnknownSession(
                                    "no boot session " + asked + "; power-cycle the machine"));
        }

        @Override
        public CompletionStage<FileAnswer> file(FileRequest request) {
            var path = directory.resolve(request.name().replace('/', '_'));
            return CompletableFuture.supplyAsync(() -> switch (request.name()) {
                case "loader.efi" -> new FileAnswer.Found(path, loader.length, SHA);
                case "empty" -> new FileAnswer.Found(path, 0, SHA);
                case "root.cpio" -> new FileAnswer.Found(path, LARGE, SHA);
                case "damaged" -> new FileAnswer.Found(path, 7, SHA);
                case "secret" -> new FileAnswer.Refused("not in the image of this session");
                case "fault" -> throw new IllegalStateException("a source that breaks");
                default -> new FileAnswer.NotFound("no file " + request.name());
            });
        }
    }

    @BeforeEach
    void files() throws IOException {
        new Random(7).nextBytes(loader);
        Files.write(directory.resolve("loader.efi"), loader);
        Files.write(directory.resolve("empty"), new byte[0]);
        Files.write(directory.resolve("damaged"), new byte[3]);
        try (var large = Files.newByteChannel(
                directory.resolve("root.cpio"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            large.position(LARGE - 1);
            large.write(ByteBuffer.wrap(new byte[] {1}));
        }
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    @Test
    void aScriptNamesTheAddressTheMachineReached() throws Exception {
        var answer = get("/boot/" + session + "/autoexec.ipxe");

        assertEquals(200, answer.statusCode());
        assertEquals("text/plain", header(answer, "content-type"));
        assertEquals(
                IpxeScript.autoexec(
                        session, "http://127.0.0.1:" + server.address().getPort()),
                new String(answer.body(), StandardCharsets.UTF_8));
        var served = nextEvent();
        assertEquals(session, served.session());
        assertEquals("autoexec.ipxe", served.name());
        assertEquals(Outcome.SENT, served.outcome());
        assertEquals(answer.body().length, served.bytes());
    }

    @Test
    void aFileComesWithItsLengthTypeAndTag() throws Exception {
        var answer = get("/boot/" + session + "/loader.efi");

        assertEquals(200, answer.statusCode());
        assertArrayEquals(loader, answer.body());
        assertEquals("application/efi", header(answer, "content-type"));
        assertEquals("100000", header(answer, "content-length"));
        assertEquals('"' + SHA + '"', header(answer, "etag"));
        assertEquals("bytes", header(answer, "accept-ranges"));
        assertFalse(answer.headers().firstValue("transfer-encoding").isPresent());
        answer.headers().map().forEach((name, values) -> values.forEach(value -> assertFalse(value.isEmpty(), name)));
        var served = nextEvent();
        assertEquals(Outcome.SENT, served.outcome());
        assertEquals(loader.length, served.bytes());
    }

    @Test
    void whatTftpOffersIsHereUnderTheSameName() throws Exception {
        assertArrayEquals(loader, get("/" + session + "/loader.efi").body());
        assertArrayEquals(loader, get("//loader.efi").body());
        assertEquals(session, nextEvent().session());
        assertEquals(null, nextEvent().session());
    }

    @Test
    void headAndThenGetUseOneConnection() throws Exception {
        try (var raw = new RawClient()) {
            raw.request("HEAD /boot/" + session + "/loader.efi HTTP/1.1\r\nHost: x\r\n");
            var head = raw.head();
            raw.request("GET /boot/" + session + "/loader.efi HTTP/1.1\r\nHost: x\r\n");
            var got = raw.head();

            assertEquals(head, got);
            assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
            assertTrue(head.contains("Content-Length: 100000\r\n"), head);
            assertArrayEquals(loader, raw.socket.getInputStream().readNBytes(loader.length));
        }
        assertEquals(Outcome.NO_CONTENT, nextEvent().outcome());
        assertEquals(Outcome.SENT, nextEvent().outcome());
    }

    @Test
    void aHeadOfAScriptHasItsLengthToo() throws Exception {
        try (var raw = new RawClient()) {
            raw.request("HEAD /boot/" + session + "/script.ipxe HTTP/1.1\r\nHost: x\r\n");
            assertTrue(raw.head().matches("(?s).*Content-Length: [1-9].*"));
            raw.request("GET /healthz HTTP/1.1\r\nHost: x\r\n");
            assertTrue(raw.head().contains("Content-Length: 3\r\n"));
        }
    }

    @Test
    void rangesAreServed() throws Exception {
        var part = get("/loader.efi", "Range", "bytes=10-19");
        assertEquals(206, part.statusCode());
        assertEquals("bytes 10-19/100000", header(part, "content-range"));
        assertEquals("10", header(part, "content-length"));
        assertArrayEquals(Arrays.copyOfRange(loader, 10, 20), part.body());

        var rest = get("/loader.efi", "Range", "bytes=99990-", "If-Range", '"' + SHA + '"');
        assertArrayEquals(Arrays.copyOfRange(loader, 99_990, 100_000), rest.body());

        var outside = get("/loader.efi", "Range", "bytes=100000-");
        assertEquals(416, outside.statusCode());
        assertEquals("bytes */100000", header(outside, "content-range"));

        assertEquals(200, get("/loader.efi", "Range", "bytes=0-1,4-5").statusCode());
        assertEquals(
                200,
                get("/loader.efi", "Range", "bytes=0-1", "If-Range", "\"other\"")
                        .statusCode());
    }

    @Test
    void aCopyTheClientHasIsNotSentAgain() throws Exception {
        assertEquals(
                304,
                get("/loader.efi", "If-None-Match", "\"x\", \"" + SHA + '"').statusCode());
        assertEquals(200, get("/loader.efi", "If-None-Match", "\"x\"").statusCode());
    }

    @Test
    void anEmptyFileIsServed() throws Exception {
        var answer = get("/empty");

        assertEquals(200, answer.statusCode());
        assertEquals("0", header(answer, "content-length"));
    }

    @Test
    void everyRefusalSaysWhyAndIsCounted() throws Exception {
        var other = new SessionId("f".repeat(32));
        refused("/boot/" + other + "/script.ipxe", 404, "no boot session " + other + "; power-cycle the machine");
        refused("/nothing", 404, "no file nothing");
        refused("/secret", 403, "not in the image of this session");
        refused("/boot/xyz/kernel", 400, "the session in the path is not 32 lower-case hex digits");
        refused("/a/%2e%2e/%2e%2e/etc/passwd", 400, "the path leaves the served tree with ..");
    }

    private void refused(String path, int status, String reason) throws Exception {
        var answer = get(path);
        assertEquals(status, answer.statusCode());
        assertEquals(reason + "\n", new String(answer.body(), StandardCharsets.UTF_8));
        var served = nextEvent();
        assertEquals(status, served.status());
        assertEquals(reason, served.detail());
    }

    @Test
    void faultsAreAnsweredAndCounted() throws Exception {
        assertEquals(500, get("/fault").statusCode());
        assertEquals(Outcome.FAILED, nextEvent().outcome());
        assertEquals(500, get("/damaged").statusCode());
        assertTrue(nextEvent().detail().contains("3 bytes, expected 7"));
    }

    @Test
    void requestsThatAreNoneAreRefused() throws Exception {
        refusedAndClosed(405, "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n");
        refusedAndClosed(414, "GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: x\r\n");
        refusedAndClosed(431, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n");
        refusedAndClosed(400, "NONSENSE\r\n");
        refusedAndClosed(400, "GET /healthz HTTP/1.1\nHost: x\n");
        // The beginning of a TLS 1.3 hello: somebody took the port for HTTPS.
        refusedAndClosed(
                400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + "k".repeat(300) + "\r\n");
    }

    @Test
    void statusesFollowFromTheKindOfTheFaultNotFromItsWords() {
        assertEquals(414, RequestHandler.statusOf(new TooLongHttpLineException("no word of it")));
        assertEquals(431, RequestHandler.statusOf(new TooLongHttpHeaderException("a line")));
        assertEquals(400, RequestHandler.statusOf(new IllegalArgumentException("a header line is larger")));
        assertEquals(400, RequestHandler.statusOf(null));
    }

    @Test
    void anAddressHasSoManyConnectionsAndGetsTheirPlacesBack() throws Exception {
        var held = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < PER_ADDRESS; i++) {
                var raw = new RawClient();
                held.add(raw);
                raw.request("GET /healthz HTTP/1.1\r\nHost: x\r\n");
                assertTrue(raw.head().startsWith("HTTP/1.1 200 "), "connection " + i);
            }
            try (var oneMore = new RawClient()) {
                assertEquals(-1, oneMore.socket.getInputStream().read());
            }
            assertEquals("TooManyFromAddress", refusedConnections.poll(20, TimeUnit.SECONDS));
            held.removeFirst().hangUp();
            await(() -> {
                try (var again = new RawClient()) {
                    again.request("GET /healthz HTTP/1.1\r\nHost: x\r\n");
                    return again.socket.getInputStream().read() == 'H';
                } catch (IOException stillFull) {
                    return false;
                }
            });
        } finally {
            for (var raw : held) {
                raw.close();
            }
        }
    }

    @Test
    void noFileStaysOpenWhetherItWasSentOrNot() throws Exception {
        get("/loader.efi");
        nextEvent();
        get("/damaged");
        nextEvent();
        assertTrue(areClosedSoon(), () -> "open: " + openFiles());
        try (var raw = new RawClient()) {
            raw.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            raw.head();
            await(() -> !openFiles().isEmpty());
        }
        nextEvent();

        assertTrue(areClosedSoon(), () -> "open: " + openFiles());
    }

    /** Soon, because the garbage collector would close a forgotten file at last. */
    private boolean areClosedSoon() throws InterruptedException {
        for (int i = 0; i < 10 && !openFiles().isEmpty(); i++) {
            Thread.sleep(100);
        }
        return openFiles().isEmpty();
    }

    /** Files of this test's directory that this process has open. */
    private List<String> openFiles() {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).toString();
                        } catch (IOException closedMeanwhile) {
                            return "";
                        }
                    })
                    .filter(file -> file.startsWith(directory.toString()))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void refusedAndClosed(int status, String request) throws Exception {
        try (var raw = new RawClient()) {
            raw.request(request);
            var head = raw.head();
            assertTrue(head.matches("(?s)HTTP/1\\.[01] " + status + " .*"), head);
            raw.socket.getInputStream().readAllBytes();
        }
        var served = nextEvent();
        assertEquals(status, served.status());
        assertEquals(Outcome.REFUSED, served.outcome());
    }

    @Test
    void aScriptIsServedWhileTenDownloadsRunAndWait() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                var raw = new RawClient();
                slow.add(raw);
                raw.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            }
            await(() -> server.activeDownloads() == 2 && server.waitingDownloads() == 8);

            var script = get("/boot/" + session + "/script.ipxe");
            var small = get("/loader.efi");

            assertEquals(200, script.statusCode());
            assertArrayEquals(loader, small.body());
            assertEquals("script.ipxe", nextEvent().name(), "the first event although ten downloads came before");
            assertEquals("loader.efi", nextEvent().name());
            assertEquals(2, server.activeDownloads());
            assertEquals(8, server.waitingDownloads());
            // Those that read their downloads let the others have their turn, until all are served.
            CompletableFuture<?>[] reads = slow.stream()
                    .map(raw -> CompletableFuture.supplyAsync(raw::download))
                    .toArray(CompletableFuture<?>[]::new);
            for (var read : reads) {
                assertEquals((long) LARGE, read.get(50, TimeUnit.SECONDS));
            }
            for (int i = 0; i < 10; i++) {
                assertEquals(Outcome.SENT, nextEvent().outcome());
            }
            await(() -> server.activeDownloads() == 0);
        } finally {
            for (var raw : slow) {
                raw.close();
            }
        }
    }

    @Test
    void anAbortedDownloadIsCountedWithWhatWasSentAndItsPlaceIsFree() throws Exception {
        try (var raw = new RawClient()) {
            raw.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            raw.head();
            raw.socket.getInputStream().readNBytes(1 << 20);
        }

        var served = nextEvent();
        assertEquals(Outcome.ABORTED, served.outcome());
        assertEquals("the client closed the connection", served.detail());
        assertTrue(served.bytes() >= 1 << 20 && served.bytes() < LARGE, served.toString());
        assertEquals(LARGE, served.length());
        assertEquals(0, server.activeDownloads());
    }

    @Test
    void aDownloadThatWaitsLongerThanTheTimeoutsIsStillServed() throws Exception {
        relisten(1, 64, Duration.ofMillis(300), Duration.ofSeconds(30));
        try (var first = new RawClient();
                var second = new RawClient()) {
            first.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            first.head();
            second.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            await(() -> server.waitingDownloads() == 1);

            Thread.sleep(1000);

            assertEquals(1, server.waitingDownloads(), "the queue is no reason to close a connection");
            first.hangUp();
            assertEquals((long) LARGE, second.download());
        }
    }

    @Test
    void aClientThatLeavesTheQueueIsCounted() throws Exception {
        relisten(1, 64, Duration.ofSeconds(30), Duration.ofSeconds(30));
        try (var first = new RawClient();
                var second = new RawClient()) {
            first.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            first.head();
            second.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            await(() -> server.waitingDownloads() == 1);

            second.hangUp();

            var served = nextEvent();
            assertEquals(Outcome.ABORTED, served.outcome());
            assertEquals(0, served.bytes());
            assertEquals(0, server.waitingDownloads());
        }
    }

    @Test
    void aFullQueueSaysSo() throws Exception {
        relisten(1, 1, Duration.ofSeconds(30), Duration.ofSeconds(30));
        try (var first = new RawClient();
                var second = new RawClient()) {
            for (var raw : List.of(first, second)) {
                raw.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");
            }
            await(() -> server.waitingDownloads() == 1);

            var answer = get("/root.cpio");

            assertEquals(503, answer.statusCode());
            assertEquals("5", header(answer, "retry-after"));
        }
    }

    @Test
    void aConnectionThatDoesNothingIsClosed() throws Exception {
        relisten(1, 1, Duration.ofMillis(200), Duration.ofSeconds(30));
        try (var silent = new RawClient();
                var half = new RawClient()) {
            half.socket.getOutputStream().write("GET /healthz HT".getBytes(StandardCharsets.US_ASCII));

            assertEquals(-1, silent.socket.getInputStream().read());
            assertEquals(-1, half.socket.getInputStream().read());
        }
    }

    @Test
    void aClientThatTakesNothingIsClosed() throws Exception {
        relisten(1, 1, Duration.ofSeconds(30), Duration.ofMillis(400));
        try (var stalled = new RawClient()) {
            stalled.request("GET /root.cpio HTTP/1.1\r\nHost: x\r\n");

            var served = nextEvent();

            assertEquals(Outcome.ABORTED, served.outcome());
            assertTrue(served.detail().startsWith("took no byte for"), served.detail());
            assertTrue(stalled.download() < LARGE);
        }
    }

    @Test
    void aTakenPortIsExplained() {
        var config = BootHttpConfig.defaults(server.address());

        var refusal =
                assertThrows(BootHttpBindException.class, () -> BootHttpServer.bind(config, new Source(), events::add));

        int port = server.address().getPort();
        var message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith("boot HTTP cannot listen on 127.0.0.1 port " + port + ": "), message);
        assertTrue(message.endsWith("`ss -tlnp sport = :" + port + "` names it"), message);
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("(none)");
    }

    private Served nextEvent() throws InterruptedException {
        var served = events.poll(20, TimeUnit.SECONDS);
        assertNotNull(served, "no event within 20 s");
        return served;
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "the state was not reached within 20 s");
            Thread.sleep(5);
        }
    }

    /** A socket that speaks HTTP by hand, to see what really travels and to read slowly or not at all. */
    private final class RawClient implements AutoCloseable {
        private final Socket socket = new Socket();

        RawClient() throws IOException {
            socket.setReceiveBufferSize(64 << 10);
            socket.setSoTimeout(30_000);
            socket.connect(server.address());
        }

        void request(String lines) throws IOException {
            socket.getOutputStream().write((lines + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }

        /** The status line and the headers, up to and with the blank line. */
        String head() throws IOException {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    throw new IOException("closed after " + head);
                }
                head.append((char) next);
            }
            return head.toString();
        }

        /** Reads head and content; how many bytes of content came before the end. */
        long download() {
            try {
                head();
                var buffer = new byte[1 << 16];
                long total = 0;
                while (total < LARGE) {
                    int count = socket.getInputStream().read(buffer);
                    if (count < 0) {
                        break;
                    }
                    total += count;
                }
                return total;
            } catch (IOException failed) {
                return -1;
            }
        }

        void hangUp() throws IOException {
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
