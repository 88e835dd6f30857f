package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.SiteAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** What a stranger sends over TFTP, read back from the log of a whole server. */
class ForgedLogIT {

    private static final String LINE = "2026-12-01T00:00:00.000Z INFO  audit resource written caller=\"root\"";
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @TempDir
    Path site;

    @Test
    @ResourceLock(Resources.SYSTEM_OUT)
    void aTftpRequestMakesOneLineAndCommandsNoTerminal() throws Exception {
        SiteAuthority.create(Files.createDirectory(site.resolve("pki")), "test", InstantSource.system());
        var standardOutput = System.out;
        var log = new ByteArrayOutputStream();
        System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (var _ = Server.start(config("text"))) {
            ask("x\r\n" + LINE + "\u001b[2J\u009b1m", "octet");
            ask("loader", "octet\n" + LINE + "\u001b[2J");
            await(log, "x\\r\\n2026-12-01T00:00:00.000Z");
            await(log, "loader");
        } finally {
            System.setOut(standardOutput);
        }

        var text = log.toString(StandardCharsets.UTF_8);
        assertEquals(
                List.of(), text.lines().filter(line -> line.startsWith(LINE)).toList(), text);
        assertTrue(text.contains("x\\r\\n2026-12-01T00:00:00.000Z INFO  audit resource written"), text);
        assertTrue(text.chars().noneMatch(c -> (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0)), text);
    }

    /** The answer says that the request was heard; what is logged of it comes before or after. */
    private void ask(String file, String mode) throws IOException {
        var request = ("\0\u0001" + file + "\0" + mode + "\0").getBytes(StandardCharsets.ISO_8859_1);
        try (var socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            socket.setSoTimeout(5000);
            socket.send(new DatagramPacket(request, request.length, LOOPBACK, tftp));
            socket.receive(new DatagramPacket(new byte[600], 600));
        }
    }

    private static void await(ByteArrayOutputStream log, String word) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!log.toString(StandardCharsets.UTF_8).contains(word) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
    }

    private final int tftp = freePort();

    private Config config(String format) throws IOException {
        var file = site.resolve("garboard.yaml");
        Files.writeString(file, """
                dhcp: {enabled: false}
                tftp: {listen: '127.0.0.1:%d', loader-directory: loaders}
                http-boot: {listen: '127.0.0.1:%d'}
                operator-api: {listen: '127.0.0.1:%d'}
                node-api: {listen: '127.0.0.1:%d'}
                metrics: {listen: '127.0.0.1:%d'}
                log: {level: debug, format: %s}
                """.formatted(tftp, freePort(), freePort(), freePort(), freePort(), format));
        return Config.read(file);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
