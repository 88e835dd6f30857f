package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleDownloadIT {

    private static final byte[] CONTENT = content();

    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final BundleDownload download = new BundleDownload();
    private final HttpServer server;
    private final URI address;

    BundleDownloadIT() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/whole", exchange -> answer(exchange, 200, CONTENT, CONTENT.length));
        server.createContext("/resumed", this::resume);
        server.createContext(
                "/cut", exchange -> answer(exchange, 200, Arrays.copyOf(CONTENT, 100_000), CONTENT.length));
        server.start();
        address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        download.close();
        server.stop(0);
    }

    @Test
    void fetchesAFile(@TempDir Path directory) throws Exception {
        var file = directory.resolve("file");

        download.large(address.resolve("/whole"), file, CONTENT.length);

        assertArrayEquals(CONTENT, Files.readAllBytes(file));
    }

    @Test
    void goesOnWhereTheAttemptBeforeEnded(@TempDir Path directory) throws Exception {
        var file = Files.write(directory.resolve("file"), Arrays.copyOf(CONTENT, 70_000));

        download.large(address.resolve("/resumed"), file, CONTENT.length);

        assertArrayEquals(CONTENT, Files.readAllBytes(file));
        assertEquals(List.of("bytes=70000-"), ranges);
    }

    @Test
    void beginsAnewWhereTheServerDoesNotResume(@TempDir Path directory) throws Exception {
        var file = Files.write(directory.resolve("file"), new byte[70_000]);

        download.large(address.resolve("/whole"), file, CONTENT.length);

        assertArrayEquals(CONTENT, Files.readAllBytes(file));
    }

    @Test
    void keepsWhatItGotOfAnAnswerThatWasCutShort(@TempDir Path directory) throws IOException {
        var file = directory.resolve("file");

        assertThrows(IOException.class, () -> download.large(address.resolve("/cut"), file, CONTENT.length));

        assertArrayEquals(Arrays.copyOf(CONTENT, 100_000), Files.readAllBytes(file));
    }

    @Test
    void refusesMoreThanTheManifestSays(@TempDir Path directory) {
        var refusal = assertThrows(
                IOException.class,
                () -> download.large(address.resolve("/whole"), directory.resolve("file"), CONTENT.length - 1));

        assertTrue(message(refusal).endsWith("is longer than its manifest says"), message(refusal));
    }

    @Test
    void namesTheRemedyForWhatIsNotThere() {
        var refusal = assertThrows(IOException.class, () -> download.small(address.resolve("/absent"), 100));

        assertEquals(
                address + "/absent answered 404, expected 200; is the bundle imported on the boot server?",
                message(refusal));
    }

    @Test
    void refusesASmallFileThatIsNone() {
        var refusal = assertThrows(IOException.class, () -> download.small(address.resolve("/whole"), 100));

        assertTrue(message(refusal).contains("more than 100 bytes"), message(refusal));
    }

    private void resume(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(range);
        int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        answer(exchange, 206, Arrays.copyOfRange(CONTENT, from, CONTENT.length), CONTENT.length - from);
    }

    private static void answer(HttpExchange exchange, int status, byte[] content, long announced) throws IOException {
        exchange.sendResponseHeaders(status, announced);
        exchange.getResponseBody().write(content);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    private static String message(@Nullable Throwable refusal) {
        return refusal == null ? "" : String.valueOf(refusal.getMessage());
    }

    private static byte[] content() {
        var bytes = new byte[200_000];
        new Random(4).nextBytes(bytes);
        return bytes;
    }
}
