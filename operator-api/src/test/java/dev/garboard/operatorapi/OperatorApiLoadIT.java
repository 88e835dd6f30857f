package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.SiteTrust;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Strangers and readers who send bodies without end, from one address and from many, against a process with a heap of 64 MiB. */
@Timeout(180)
class OperatorApiLoadIT {

    private static final String MACHINES = "/apis/garboard.dev/v1alpha1/machines";
    private static final int CALLERS = 104;
    private static final int PER_ADDRESS = 8;
    private static final int MOST_THREADS = 60;

    @TempDir
    Path directory;

    private SiteAuthority authority;
    private Process server;
    private int port;
    private HttpClient probe;
    private final List<Socket> sockets = new ArrayList<>();
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
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadedApi.class.getName(),
                        directory.toString())
                .redirectError(directory.resolve("server.log").toFile())
                .start();
        var lines = server.inputReader(StandardCharsets.UTF_8);
        var line = lines.readLine();
        while (line != null && !line.startsWith("port ")) {
            line = lines.readLine();
        }
        assertTrue(line != null, "the server ended before it listened");
        port = Integer.parseInt(line.replace("port ", ""));
        authority = SiteAuthority.open(directory, InstantSource.system());
        probe = HttpClient.newBuilder()
                .sslContext(person("probe").sslContext(authority.certificate()))
                .build();
        measure("at rest");
    }

    @AfterEach
    void stop() throws Exception {
        for (var socket : sockets) {
            socket.close();
        }
        probe.close();
        server.destroyForcibly().waitFor();
    }

    @Test
    void memoryAndThreadsStayFlatAndTheServerStaysUp() throws Exception {
        for (int i = 0; i < CALLERS; i++) {
            sendMost(null, "127.0.0.2");
        }
        measure(CALLERS + " strangers of one address, each with a body of a mebibyte");
        for (int i = 0; i < CALLERS; i++) {
            sendMost(null, "127.0.1." + (1 + i / PER_ADDRESS));
        }
        measure(CALLERS + " strangers, " + PER_ADDRESS + " to an address, the same each");
        var reader = person("rita");
        for (int i = 0; i < CALLERS; i++) {
            sendMost(reader, "127.0.2." + (1 + i / PER_ADDRESS));
        }
        measure(CALLERS + " connections of one reader, the same each");
        System.out.println(String.join(System.lineSeparator(), figures));
    }

    private TlsIdentity person(String name) {
        return authority.issueOperator(name, Role.READER, Duration.ofDays(1));
    }

    /** Sends a body but for its last byte, as far as it is taken. */
    private void sendMost(@Nullable TlsIdentity identity, String from) throws Exception {
        var context = SSLContext.getInstance("TLSv1.3");
        @Nullable KeyManager @Nullable [] keys = identity == null ? null : identity.keyManagers();
        context.init(keys, new TrustManager[] {SiteTrust.of(authority.certificate())}, null);
        try {
            var socket = context.getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), port, InetAddress.ofLiteral(from), 0);
            sockets.add(socket);
            socket.setSoTimeout(10_000);
            var out = socket.getOutputStream();
            out.write(("POST " + MACHINES + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[(1 << 20) - 1]);
            out.flush();
        } catch (IOException refused) {
            // which is what is wanted; whether the server is well is asked below
        }
    }

    private void measure(String when) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + MACHINES));
        assertEquals(200, RunningApi.send(probe, request).status(), () -> "" + figures);
        assertTrue(server.isAlive(), () -> "the server ended: " + figures);
        int threads = status("Threads");
        figures.add("operator API, %s: %d MiB resident, %d threads".formatted(when, status("VmRSS") / 1024, threads));
        assertTrue(threads < MOST_THREADS, () -> String.join("; ", figures));
    }

    private int status(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
