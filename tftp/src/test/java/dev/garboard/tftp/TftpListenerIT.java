package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.tftp.TftpFiles.Lookup;
import dev.garboard.tftp.TftpOption.BlockSize;
import dev.garboard.tftp.TftpOption.TransferSize;
import dev.garboard.tftp.TftpOption.WindowSize;
import dev.garboard.tftp.TftpPacket.Ack;
import dev.garboard.tftp.TftpPacket.Data;
import dev.garboard.tftp.TftpPacket.Failure;
import dev.garboard.tftp.TftpPacket.OptionAck;
import dev.garboard.tftp.TftpPacket.ReadRequest;
import dev.garboard.tftp.TftpPacket.WriteRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.apache.commons.net.tftp.TFTP;
import org.apache.commons.net.tftp.TFTPClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Transport.class)
@Timeout(120)
class TftpListenerIT {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    private static final PatternContent loader = new PatternContent(300_000);
    private static final PatternContent huge = new PatternContent(65_540L * 512 + 100);

    private final Transport transport;

    @TempDir
    Path directory;

    private final BlockingQueue<TftpEvent> events = new LinkedBlockingQueue<>();
    private TftpListener listener;

    TftpListenerIT(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void listen() {
        listener = TftpListener.bind(config(256, 16), this::open, events::add, transport);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private static TftpConfig config(int transfers, int perClient) {
        return config(transfers, perClient, Duration.ofMillis(100));
    }

    private static TftpConfig config(int transfers, int perClient, Duration retransmission) {
        return new TftpConfig(ANY_PORT, transfers, perClient, 1468, 16, retransmission, 5);
    }

    /** For tests that tell each packet from the next: on a busy host blocks are repeated after 100 ms. */
    private void repeatLate() {
        listener.close();
        listener = TftpListener.bind(config(256, 16, Duration.ofSeconds(4)), this::open, events::add, transport);
    }

    private CompletableFuture<Lookup> open(TftpRequest request) {
        return switch (request.name()) {
            case "a/loader.efi" -> CompletableFuture.completedFuture(new Lookup.Found(loader));
            case "huge" -> CompletableFuture.completedFuture(new Lookup.Found(huge));
            case "empty" -> CompletableFuture.completedFuture(new Lookup.Found(new PatternContent(0)));
            case "exact" -> CompletableFuture.completedFuture(new Lookup.Found(new PatternContent(1024)));
            case "disk" ->
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return new Lookup.Found(TftpContent.of(directory.resolve("disk")));
                    } catch (IOException unreadable) {
                        return new Lookup.NotFound(unreadable.toString());
                    }
                });
            case "forbidden" ->
                CompletableFuture.completedFuture(new Lookup.Refused("session 12 belongs to another machine"));
            case "fault" -> throw new IllegalStateException("a look-up that breaks");
            default -> CompletableFuture.completedFuture(new Lookup.NotFound("no file " + request.name()));
        };
    }

    @Test
    void anIndependentClientReadsAFileOfMoreThan65535Blocks() throws Exception {
        // Commons Net was seen to write a repeated block twice.
        repeatLate();
        var crc = new CRC32();

        long bytes = readWithCommonsNet("huge", new CheckedOutputStream(OutputStream.nullOutputStream(), crc));

        assertEquals(huge.size(), bytes);
        assertEquals(huge.crc(), crc.getValue());
        assertInstanceOf(TftpEvent.Started.class, nextEvent());
        assertEquals(
                huge.size(),
                assertInstanceOf(TftpEvent.Finished.class, nextEvent()).bytes());
    }

    @Test
    void anIndependentClientReadsEmptyAndExactlyFullFiles() throws Exception {
        assertEquals(0, readWithCommonsNet("empty", OutputStream.nullOutputStream()));
        assertEquals(1024, readWithCommonsNet("exact", OutputStream.nullOutputStream()));
    }

    @Test
    void aFileOnDiskIsServedAndItsTransferHasAPortOfItsOwn() throws Exception {
        Files.write(directory.resolve("disk"), new byte[100_000]);
        try (var client = TestClient.of(listener.address())) {
            var result = client.read("disk", List.of(), 5000);

            assertEquals(100_000, result.bytes());
            assertEquals(listener.address().getAddress(), client.transfer().getAddress());
            assertNotEquals(listener.address().getPort(), client.transfer().getPort());
        }
    }

    @Test
    void windowsOfSixteenBlocksRollOverAsWell() throws Exception {
        try (var client = TestClient.of(listener.address())) {
            var result = client.read("huge", List.of(new BlockSize(512), new WindowSize(16)), 5000);

            assertEquals(new TestClient.Result(huge.size(), huge.crc(), result.options(), null), result);
            assertEquals(new OptionAck(List.of(new BlockSize(512), new WindowSize(16))), result.options());
        }
    }

    @Test
    void theOptionsOfTheFirmwareAreAnsweredAndItsSizeQueryIsNoFailure() throws Exception {
        repeatLate();
        try (var client = TestClient.of(listener.address())) {
            var options = List.<TftpOption>of(new TransferSize(0), new BlockSize(1468), new WindowSize(4));
            client.send(new ReadRequest("/a//loader.efi\u00ff", "octet", options), listener.address());

            var answer = client.receive();
            client.send(new Failure(8, "User aborted the transfer"), client.transfer());

            assertEquals(
                    new OptionAck(List.of(new TransferSize(300_000), new BlockSize(1468), new WindowSize(4))), answer);
            assertInstanceOf(TftpEvent.Started.class, nextEvent());
            assertEquals(
                    300_000,
                    assertInstanceOf(TftpEvent.Probed.class, nextEvent()).size());
        }
        try (var client = TestClient.of(listener.address())) {
            var result = client.read("a/loader.efi", List.of(new BlockSize(1468), new WindowSize(4)), 5000);

            assertEquals(loader.crc(), result.crc());
        }
    }

    @Test
    void aLossyNetworkStillDeliversEveryByteInWindows() throws Exception {
        try (var client = new TestClient(listener.address(), new Faults(23, 7, 11), new Faults(13, 5, 0))) {
            var result = client.read("a/loader.efi", List.of(new BlockSize(1468), new WindowSize(8)), 150);

            assertNull(result.error());
            assertEquals(loader.size(), result.bytes());
            assertEquals(loader.crc(), result.crc());
        }
    }

    @Test
    void aLossyNetworkStillDeliversEveryByteInLockStep() throws Exception {
        try (var client = new TestClient(listener.address(), new Faults(31, 3, 7), new Faults(29, 2, 0))) {
            var result = client.read("a/loader.efi", List.of(new BlockSize(1468)), 150);

            assertEquals(loader.crc(), result.crc());
        }
    }

    @Test
    void aDuplicateAcknowledgementIsNotAnswered() throws Exception {
        repeatLate();
        try (var client = TestClient.of(listener.address())) {
            client.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());
            assertEquals(1, assertInstanceOf(Data.class, client.receive()).block());
            client.send(new Ack(1), client.transfer());
            client.send(new Ack(1), client.transfer());
            assertEquals(2, assertInstanceOf(Data.class, client.receive()).block());
            client.send(new Ack(2), client.transfer());

            assertEquals(3, assertInstanceOf(Data.class, client.receive()).block(), "2 was sent once");
        }
    }

    @Test
    void aStrangerGetsErrorFiveAndTheTransferGoesOn() throws Exception {
        repeatLate();
        try (var client = TestClient.of(listener.address());
                var stranger = TestClient.of(listener.address())) {
            client.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());
            client.receive();

            stranger.send(new Ack(1), client.transfer());

            assertEquals(5, assertInstanceOf(Failure.class, stranger.receive()).code());
            client.send(new Ack(1), client.transfer());
            assertEquals(2, assertInstanceOf(Data.class, client.receive()).block());
        }
    }

    @Test
    void aClientThatVanishesEndsInAFailureWithTheBlockItStoppedAt() throws Exception {
        try (var client = TestClient.of(listener.address())) {
            client.send(new ReadRequest("a/loader.efi", "octet", List.of(new BlockSize(1000))), listener.address());
            client.receive();
            client.send(new Ack(0), client.transfer());
            client.receive();
            client.send(new Ack(1), client.transfer());

            assertInstanceOf(TftpEvent.Started.class, nextEvent());
            var failed = assertInstanceOf(TftpEvent.Failed.class, nextEvent());
            assertEquals(1000, failed.bytes());
            assertEquals("block 2 had no acknowledgement after 5 retransmissions", failed.reason());
        }
        assertEquals(0, listener.activeTransfers());
    }

    @Test
    void aClientThatLosesWindowsGetsSingleBlocksTheNextTime() throws Exception {
        try (var client = TestClient.of(listener.address())) {
            client.send(new ReadRequest("a/loader.efi", "octet", List.of(new WindowSize(4))), listener.address());
            assertEquals(new OptionAck(List.of(new WindowSize(4))), client.receive());
            client.send(new Ack(0), client.transfer());
            assertInstanceOf(TftpEvent.Started.class, nextEvent());
            assertInstanceOf(TftpEvent.Failed.class, nextEvent());
        }
        try (var client = TestClient.of(listener.address())) {
            var result = client.read("a/loader.efi", List.of(new WindowSize(4)), 5000);

            assertEquals(new OptionAck(List.of(new WindowSize(1))), result.options());
            assertEquals(loader.crc(), result.crc());
        }
    }

    @Test
    void refusalsHaveTheirOwnCodeAndReason() throws Exception {
        assertEquals(new Failure(1, "no file nothing"), answerTo(new ReadRequest("nothing", "octet", List.of())));
        assertEquals(
                new Failure(2, "session 12 belongs to another machine"),
                answerTo(new ReadRequest("forbidden", "octet", List.of())));
        assertEquals(
                new Failure(2, "file name refused: empty, too long or with .. in it"),
                answerTo(new ReadRequest("a/../../etc/passwd", "octet", List.of())));
        assertEquals(
                new Failure(4, "mode netascii is not served; use octet"),
                answerTo(new ReadRequest("a/loader.efi", "netascii", List.of())));
        assertEquals(
                new Failure(4, "mode mail is not served; use octet"),
                answerTo(new ReadRequest("root", "mail", List.of())));
        assertEquals(
                new Failure(2, "this server is read-only"),
                answerTo(new WriteRequest("a/loader.efi", "octet", List.of())));
        assertEquals(
                new Failure(0, "the server failed to look the file up; see its log"),
                answerTo(new ReadRequest("fault", "octet", List.of())));
        assertEquals(0, listener.activeTransfers());
    }

    private Failure answerTo(TftpPacket request) throws Exception {
        try (var client = TestClient.of(listener.address())) {
            client.send(request, listener.address());
            var answer = assertInstanceOf(Failure.class, client.receive());
            assertEquals(
                    answer.message(),
                    assertInstanceOf(TftpEvent.Refused.class, nextEvent()).reason());
            return answer;
        }
    }

    @Test
    void aRequestAboveTheLimitIsDroppedWithAReasonAndServedWhenAPlaceIsFree() throws Exception {
        listener.close();
        listener = TftpListener.bind(config(2, 2), this::open, events::add, transport);
        try (var first = TestClient.of(listener.address());
                var second = TestClient.of(listener.address());
                var third = TestClient.of(listener.address())) {
            for (var client : List.of(first, second)) {
                client.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());
                assertInstanceOf(Data.class, client.receive());
                assertInstanceOf(TftpEvent.Started.class, nextEvent());
            }

            third.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());

            assertEquals(
                    "dropped: all 2 transfers are taken",
                    assertInstanceOf(TftpEvent.Refused.class, nextEvent()).reason());
            first.send(new Failure(0, "enough"), first.transfer());
            assertEquals(
                    "the client ended it with error 0 (enough)",
                    assertInstanceOf(TftpEvent.Failed.class, nextEvent()).reason());
            assertEquals(
                    loader.crc(), third.read("a/loader.efi", List.of(), 500).crc());
        }
    }

    @Test
    void oneClientCannotTakeEveryPlace() throws Exception {
        listener.close();
        listener = TftpListener.bind(config(8, 1), this::open, events::add, transport);
        try (var first = TestClient.of(listener.address());
                var second = TestClient.of(listener.address())) {
            first.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());
            assertInstanceOf(TftpEvent.Started.class, nextEvent());

            second.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());

            assertEquals(
                    "dropped: the client has 1 transfers, its limit is 1",
                    assertInstanceOf(TftpEvent.Refused.class, nextEvent()).reason());
        }
    }

    @Test
    void aRepeatedRequestDoesNotStartASecondTransfer() throws Exception {
        repeatLate();
        try (var client = TestClient.of(listener.address())) {
            var request = new ReadRequest("a/loader.efi", "octet", List.of(new WindowSize(2)));
            client.send(request, listener.address());
            client.send(request, listener.address());
            assertInstanceOf(OptionAck.class, client.receive());
            client.send(new Ack(0), client.transfer());
            assertEquals(1, assertInstanceOf(Data.class, client.receive()).block());

            assertInstanceOf(TftpEvent.Started.class, nextEvent());
            assertEquals(1, listener.activeTransfers());
        }
    }

    @Test
    void aClientThatBeginsAgainOnItsPortIsServedAnew() throws Exception {
        repeatLate();
        try (var client = TestClient.of(listener.address())) {
            client.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());
            client.receive();
            client.send(new Ack(1), client.transfer());
            client.receive();

            client.send(new ReadRequest("exact", "octet", List.of()), listener.address());

            assertEquals(
                    512,
                    assertInstanceOf(Data.class, client.receive()).payload().remaining());
            assertInstanceOf(TftpEvent.Started.class, nextEvent());
            assertEquals(
                    "the client began again",
                    assertInstanceOf(TftpEvent.Failed.class, nextEvent()).reason());
            assertEquals(
                    "exact",
                    assertInstanceOf(TftpEvent.Started.class, nextEvent())
                            .request()
                            .name());
        }
    }

    @Test
    void garbageIsCountedAndDropped() throws Exception {
        try (var client = TestClient.of(listener.address())) {
            client.send(new Ack(1), listener.address());
            assertInstanceOf(TftpEvent.Malformed.class, nextEvent());

            assertEquals(1024, client.read("exact", List.of(), 5000).bytes());
        }
    }

    @Test
    void closingTellsTheClients() throws Exception {
        repeatLate();
        try (var client = TestClient.of(listener.address())) {
            client.send(new ReadRequest("a/loader.efi", "octet", List.of()), listener.address());
            client.receive();

            listener.close();

            assertEquals(new Failure(0, "the server is stopping"), client.receive());
        }
    }

    @Test
    void aTakenPortIsExplained() {
        var config = new TftpConfig(listener.address(), 256, 16, 1468, 16, Duration.ofSeconds(1), 5);

        var refusal = assertThrows(
                TftpBindException.class, () -> TftpListener.bind(config, this::open, events::add, transport));

        int port = listener.address().getPort();
        var message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith("TFTP cannot listen on 127.0.0.1 port " + port + ": "), message);
        assertTrue(message.endsWith("`ss -ulnp sport = :" + port + "` names it"), message);
    }

    @Test
    void onEveryAddressItAnswersFromTheOneThatWasAskedOrRefusesToStart() throws Exception {
        var everywhere = new TftpConfig(
                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0),
                256,
                16,
                1468,
                16,
                Duration.ofSeconds(1),
                5);
        if (transport == Transport.NIO) {
            var refusal = assertThrows(
                    TftpBindException.class, () -> TftpListener.bind(everywhere, this::open, events::add, transport));
            assertTrue(String.valueOf(refusal.getMessage()).contains("give one address per listener"));
            return;
        }
        try (var all = TftpListener.bind(everywhere, this::open, events::add, transport)) {
            var asked = new InetSocketAddress(
                    InetAddress.ofLiteral("127.0.0.2"), all.address().getPort());
            try (var client = TestClient.of(asked)) {
                client.read("exact", List.of(), 5000);

                assertEquals(
                        InetAddress.ofLiteral("127.0.0.2"), client.transfer().getAddress());
            }
        }
    }

    private long readWithCommonsNet(String file, OutputStream into) throws Exception {
        var client = new TFTPClient();
        client.setDefaultTimeout(Duration.ofSeconds(5));
        client.open();
        try {
            return client.receiveFile(
                    file,
                    TFTP.BINARY_MODE,
                    into,
                    InetAddress.ofLiteral("127.0.0.1"),
                    listener.address().getPort());
        } finally {
            client.close();
        }
    }

    private TftpEvent nextEvent() throws InterruptedException {
        var event = events.poll(20, TimeUnit.SECONDS);
        assertNotNull(event, "no event within 20 s");
        return event;
    }
}
