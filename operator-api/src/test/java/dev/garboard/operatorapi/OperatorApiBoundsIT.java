package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.inventory.Kinds;
import dev.garboard.operatorapi.OperatorApiConfig.Shares;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteTrust;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the API takes of callers who want too much, and of those who speak oddly. */
@Timeout(60)
class OperatorApiBoundsIT {

    private static final String MACHINES = "/apis/garboard.dev/v1alpha1/machines";
    private static final String MACHINE = """
            {"apiVersion": "garboard.dev/v1alpha1", "kind": "Machine", "metadata": {"name": "node-a"}, "spec": {}}""";
    private static final int CONNECTIONS_OF_ADDRESS = 8;
    private static final int HANDSHAKES = 3;

    @TempDir
    Path directory;

    RunningApi api;
    final List<Socket> open = new ArrayList<>();

    @BeforeEach
    void start() {
        api = RunningApi.start(
                directory,
                defaults -> RunningApi.with(
                        defaults,
                        new ConnectionLimits(16, CONNECTIONS_OF_ADDRESS, 8, HANDSHAKES),
                        new Shares(4, 2),
                        4,
                        Duration.ofMillis(1500)));
    }

    @AfterEach
    void stop() throws IOException {
        for (var socket : open) {
            socket.close();
        }
        api.close();
    }

    @Test
    void aStrangersBodyIsNotWaitedFor() throws Exception {
        var stranger = connect(null);

        send(stranger, "POST " + MACHINES + " HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");

        assertEquals(401, status(stranger));
        assertTrue(isClosed(stranger), "the connection cannot be used again");
        assertEquals(List.of("Unauthorized"), List.copyOf(api.refusals));
    }

    @Test
    void aStrangerIsNotKept() throws Exception {
        var stranger = connect(null);

        assertTrue(isClosed(stranger), "a connection without a certificate was kept for more than 20 s");
    }

    @Test
    void whoAsksWhetherItsBodyIsWantedIsAnswered() throws Exception {
        var alice = connect(person("alice", Role.ADMIN));
        var request = "POST " + MACHINES + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

        send(alice, request + "Expect: 100-continue\r\nContent-Length: " + MACHINE.length() + "\r\n\r\n");
        assertEquals("HTTP/1.1 100 Continue\r\n\r\n", head(alice));
        send(alice, MACHINE);
        assertEquals(201, status(alice));

        var tooLarge = connect(person("alice", Role.ADMIN));
        send(tooLarge, request + "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n");
        assertEquals(413, status(tooLarge));
        var odd = connect(person("alice", Role.ADMIN));
        send(odd, request + "Expect: a-miracle\r\nContent-Length: 10\r\n\r\n");
        assertEquals(417, status(odd));
    }

    @Test
    void aBodyThatDoesNotComeIsGivenUp() throws Exception {
        var slow = connect(person("alice", Role.ADMIN));

        send(slow, "POST " + MACHINES + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");

        assertEquals(408, status(slow));
        assertTrue(isClosed(slow));
    }

    @Test
    void aBodyThatComesAfterItsSenderWasRevokedChangesNothing() throws Exception {
        var thief = person("tim", Role.OPERATOR);
        var socket = enter(thief);
        send(
                socket,
                "POST " + MACHINES
                        + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                        + "Content-Length: " + MACHINE.length() + "\r\n\r\n");
        assertEquals("HTTP/1.1 100 Continue\r\n\r\n", head(socket));
        try (var admin = api.client(Role.ADMIN)) {
            var path = MACHINES.replace("machines", "operatorcertificates/") + Revocation.serialOf(thief.certificate());
            var revoke = RunningApi.write(
                    HttpRequest.newBuilder(api.uri(path)),
                    "PATCH",
                    "application/merge-patch+json",
                    "{\"spec\":{\"revoked\":{\"reason\":\"stolen\"}}}");
            assertEquals(200, RunningApi.send(admin, revoke).status());
        }

        send(socket, MACHINE);

        assertEquals(401, status(socket));
        assertEquals(List.of(), api.store().list(Kinds.MACHINE).items());
    }

    @Test
    void whoMayOnlyReadSendsNoLargeBody() throws Exception {
        var reader = connect(person("rita", Role.READER));

        send(reader, "POST " + MACHINES + " HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n");

        assertEquals(413, status(reader));
    }

    @Test
    void oneCallerHasItsShareOfTheRequestsAndLeavesTheRest() throws Exception {
        var slow = "POST " + MACHINES + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n";
        // All shake hands first: the bodies are waited for only so long.
        var held = List.of(enter(person("alice", Role.ADMIN)), enter(person("alice", Role.ADMIN)));
        var third = enter(person("alice", Role.ADMIN));
        var bob = enter(person("bob", Role.READER));
        for (var one : held) {
            send(one, slow);
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", head(one));
        }
        send(third, "GET " + MACHINES + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals(429, status(third));
        send(bob, "GET " + MACHINES + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals(200, status(bob));
    }

    @Test
    void ofThoseWhoShakeNoHandsTheOldestGivesWayAndTheOneWhoIsInIsNotHindered() throws Exception {
        var inside = enter(person("bob", Role.READER));
        var silent = new ArrayList<Socket>();
        for (int i = 0; i < HANDSHAKES + 1; i++) {
            silent.add(plain());
        }

        silent.getFirst().setSoTimeout(10_000);
        assertTrue(isClosed(silent.getFirst()), "the oldest was kept");

        assertFalse(isClosed(silent.getLast()), "the newest was closed");
        assertEquals(List.of("TooManyHandshakesFromAddress"), List.copyOf(api.refusals));
        send(inside, "GET " + MACHINES + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals(200, status(inside));
    }

    @Test
    void strangersOfAnAddressTakeNoPlaceOfThoseWhoShowACertificateThere() throws Exception {
        // The server's side of a handshake ends after the client's: one that is followed too fast by others gives way
        // to them as a handshake.
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!api.refusals.contains("TooManyFromAddress") && System.nanoTime() < deadline) {
            connect(null);
            Thread.sleep(20);
        }

        var bob = connect(person("bob", Role.READER));
        send(bob, "GET " + MACHINES + " HTTP/1.1\r\nHost: x\r\n\r\n");

        assertEquals(200, status(bob));
        assertTrue(api.refusals.contains("TooManyFromAddress"), () -> String.valueOf(api.refusals));
    }

    @Test
    void whatIsNoHttpIsABadRequest() throws Exception {
        var odd = connect(person("bob", Role.READER));
        send(odd, "GET " + MACHINES + " HTTP/1.1\nHost: x\n\n");
        assertEquals(400, status(odd));

        var longHeader = connect(person("bob", Role.READER));
        send(longHeader, "GET " + MACHINES + " HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n");
        assertEquals(431, status(longHeader));
    }

    @Test
    void aListTellsHowNewItIs() throws Exception {
        try (var client = api.client(Role.ADMIN)) {
            var body = RunningApi.write(HttpRequest.newBuilder(api.uri(MACHINES)), "POST", "application/json", MACHINE);
            assertEquals(201, RunningApi.send(client, body).status());
            var other = RunningApi.write(
                    HttpRequest.newBuilder(api.uri(MACHINES)),
                    "POST",
                    "application/json",
                    MACHINE.replace("node-a", "node-b"));
            assertEquals(201, RunningApi.send(client, other).status());

            var newest = api.store().revision();
            assertEquals(200, list(client, "?resourceVersion=" + newest + "&resourceVersionMatch=Exact"));
            assertEquals(504, list(client, "?resourceVersion=" + (newest + 1)));
            assertEquals(410, list(client, "?resourceVersion=" + (newest - 1) + "&resourceVersionMatch=Exact"));
            assertEquals(422, list(client, "?resourceVersionMatch=Exact"));
        }
    }

    private int list(HttpClient client, String query) throws Exception {
        return RunningApi.send(client, HttpRequest.newBuilder(api.uri(MACHINES + query)))
                .status();
    }

    private TlsIdentity person(String name, Role role) {
        return api.authority.issueOperator(name, role, Duration.ofDays(1));
    }

    private Socket plain() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), api.uri("").getPort());
        open.add(socket);
        socket.setSoTimeout(300);
        return socket;
    }

    private SSLSocket connect(@Nullable TlsIdentity identity) throws Exception {
        var context = SSLContext.getInstance("TLSv1.3");
        @Nullable KeyManager @Nullable [] keys = identity == null ? null : identity.keyManagers();
        context.init(keys, new TrustManager[] {SiteTrust.of(api.authority.certificate())}, null);
        var socket = (SSLSocket) context.getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), api.uri("").getPort());
        open.add(socket);
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    /** A connection on which something was answered, so that the server's side of the handshake is over too. */
    private SSLSocket enter(TlsIdentity identity) throws Exception {
        var socket = connect(identity);
        send(socket, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals(200, skipAnswer(socket));
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** The status line and the headers, up to and with the blank line. */
    private static String head(Socket socket) throws IOException {
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

    private static int status(Socket socket) throws IOException {
        return Integer.parseInt(head(socket).split(" ", 3)[1]);
    }

    /** The status of an answer whose body is read and dropped. */
    private static int skipAnswer(Socket socket) throws IOException {
        var head = head(socket);
        var length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        assertTrue(length.find(), head);
        socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        return Integer.parseInt(head.split(" ", 3)[1]);
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // the rest of an answer
            }
            return true;
        } catch (SocketTimeoutException silent) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }
}
