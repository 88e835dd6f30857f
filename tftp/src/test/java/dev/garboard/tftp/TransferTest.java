package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.tftp.TftpPacket.Ack;
import dev.garboard.tftp.TftpPacket.Data;
import dev.garboard.tftp.TftpPacket.Failure;
import dev.garboard.tftp.TftpPacket.OptionAck;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One transfer on a channel without a socket, its clock and its disk in the test's hands. */
class TransferTest {

    private static final InetAddress HOST = InetAddress.getLoopbackAddress();
    private static final InetSocketAddress CLIENT = new InetSocketAddress(HOST, 2000);
    private static final InetSocketAddress STRANGER = new InetSocketAddress(HOST, 2001);
    private static final InetSocketAddress SERVER = new InetSocketAddress(HOST, 69);
    private static final TftpRequest REQUEST = new TftpRequest("snponly.efi", CLIENT, SERVER);
    private static final int RETRIES = 5;

    private final List<TftpEvent> ended = new ArrayList<>();
    private final List<InetSocketAddress> losing = new ArrayList<>();
    private final Queue<Runnable> disk = new ArrayDeque<>();
    private boolean closed;

    private final Transfer.Owner owner = new Transfer.Owner() {
        @Override
        public void ended(Transfer transfer, TftpEvent event) {
            ended.add(event);
        }

        @Override
        public void losesWindows(InetSocketAddress client) {
            losing.add(client);
        }
    };

    /** A file whose end and faults are chosen. */
    private TftpContent file(long size, IOException... fault) {
        return new TftpContent() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public int read(ByteBuffer into, long position) throws IOException {
                if (fault.length > 0) {
                    throw fault[0];
                }
                return new PatternContent(size).read(into, position);
            }

            @Override
            public void close() throws IOException {
                closed = true;
                throw new IOException("cannot be closed, which ends nothing else");
            }
        };
    }

    private Transfer transfer(TftpContent content, int blockSize, int windowSize, Executor readers) {
        boolean options = blockSize != 512 || windowSize != 1;
        List<TftpOption> acknowledged = options
                ? List.of(new TftpOption.BlockSize(blockSize), new TftpOption.WindowSize(windowSize))
                : List.of();
        var terms = new Terms(blockSize, windowSize, Duration.ofSeconds(1), acknowledged);
        return new Transfer(REQUEST, content, terms, RETRIES, readers, owner);
    }

    private EmbeddedChannel started(TftpContent content, int blockSize, int windowSize) {
        return started(transfer(content, blockSize, windowSize, Runnable::run));
    }

    private static EmbeddedChannel started(Transfer transfer) {
        var channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(transfer);
        channel.pipeline().fireChannelActive();
        return channel;
    }

    private static void receive(EmbeddedChannel channel, TftpPacket packet, InetSocketAddress from) {
        var buffer = Unpooled.buffer();
        TftpCodec.write(packet, buffer);
        channel.writeInbound(new DatagramPacket(buffer, SERVER, from));
    }

    private static void ack(EmbeddedChannel channel, int block) {
        receive(channel, new Ack(block), CLIENT);
    }

    /** Everything that was sent to that address since the last time. */
    private static List<TftpPacket> sent(EmbeddedChannel channel, InetSocketAddress to) {
        List<TftpPacket> packets = new ArrayList<>();
        while (channel.readOutbound() instanceof DatagramPacket datagram) {
            assertEquals(to, datagram.recipient());
            packets.add(TftpCodec.read(datagram.content()));
            datagram.release();
        }
        return packets;
    }

    private static List<Integer> blocks(EmbeddedChannel channel) {
        return sent(channel, CLIENT).stream()
                .map(packet -> ((Data) packet).block())
                .toList();
    }

    private static List<TftpPacket> after(EmbeddedChannel channel, Duration time) {
        channel.advanceTimeBy(time.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        return sent(channel, CLIENT);
    }

    private static Data data(long size, int blockSize, int block) {
        var bytes = ByteBuffer.allocate((int) Math.min(blockSize, size - (block - 1L) * blockSize));
        new PatternContent(size).read(bytes, (block - 1L) * blockSize);
        return new Data(block, bytes.flip());
    }

    @Test
    void blockFollowsAcknowledgementUntilTheShortOne() {
        var channel = started(file(1300), 512, 1);

        for (int block = 1; block <= 3; block++) {
            assertEquals(List.of(data(1300, 512, block)), sent(channel, CLIENT));
            assertEquals(List.of(), ended);
            assertFalse(closed);
            ack(channel, block);
        }

        assertEquals(List.of(), sent(channel, CLIENT));
        assertTrue(ended.getFirst() instanceof TftpEvent.Finished(var request, var bytes, var time, var again)
                && request.equals(REQUEST)
                && bytes == 1300
                && !time.isNegative()
                && time.compareTo(Duration.ofMinutes(1)) < 0
                && again == 0);
        assertTrue(closed);
        assertFalse(channel.isOpen());
        assertEquals(1, ended.size());
    }

    @Test
    void theDataComeAfterTheOptionsAreAcknowledged() {
        var transfer = transfer(file(5000), 1024, 2, Runnable::run);
        var channel = started(transfer);
        var options = List.<TftpPacket>of(
                new OptionAck(List.of(new TftpOption.BlockSize(1024), new TftpOption.WindowSize(2))));
        assertEquals(options, sent(channel, CLIENT));

        ack(channel, 1);
        assertEquals(List.of(), sent(channel, CLIENT));
        assertFalse(transfer.hasProgress());
        ack(channel, 0);
        assertEquals(List.of(1, 2), blocks(channel));
        assertFalse(transfer.hasProgress());
        ack(channel, 2);
        assertEquals(List.of(3, 4), blocks(channel));
        assertTrue(transfer.hasProgress());
        ack(channel, 4);
        assertEquals(List.of(5), blocks(channel));
        ack(channel, 5);
        assertTrue(ended.getFirst() instanceof TftpEvent.Finished);
    }

    @Test
    void anAcknowledgementInsideTheWindowGoesOnBehindItAndADuplicateDoesNothing() {
        var channel = started(file(100_000), 1024, 4);
        sent(channel, CLIENT);
        ack(channel, 0);
        assertEquals(List.of(1, 2, 3, 4), blocks(channel));

        ack(channel, 2);
        assertEquals(List.of(3, 4, 5, 6), blocks(channel));
        ack(channel, 2);
        assertEquals(List.of(), blocks(channel));
    }

    @Test
    void waitsDoubleUpToEightTimesAndThenItEnds() {
        var channel = started(file(5000), 512, 1);
        blocks(channel);
        ack(channel, 1);
        blocks(channel);

        var repeated = new ArrayList<Long>();
        for (long half = 1; half <= 100 && ended.isEmpty(); half++) {
            if (!after(channel, Duration.ofMillis(500)).isEmpty()) {
                repeated.add(half * 500);
            }
        }

        // Waits of 1, 2, 4, 8 and 8 seconds, and a last one without a repetition.
        assertEquals(List.of(1000L, 3000L, 7000L, 15000L, 23000L), repeated);
        assertFailed("block 2 had no acknowledgement after 5 retransmissions", 512);
        assertEquals(List.of(), after(channel, Duration.ofMinutes(1)));
        assertFalse(channel.isOpen());
    }

    @Test
    void optionsThatNobodyAcknowledgesEndItToo() {
        var channel = started(file(5000), 1024, 1);
        sent(channel, CLIENT);

        for (int i = 0; i < RETRIES; i++) {
            assertEquals(1, after(channel, Duration.ofSeconds(8)).size());
        }
        after(channel, Duration.ofSeconds(8));

        assertFailed("the options had no acknowledgement after 5 retransmissions", 0);
    }

    @Test
    void anAcknowledgementMakesTheWaitsShortAgain() {
        var channel = started(file(5000), 512, 1);
        for (int i = 0; i < RETRIES; i++) {
            after(channel, Duration.ofSeconds(8));
        }
        ack(channel, 1);
        assertEquals(List.of(2), blocks(channel));

        assertEquals(List.of(), after(channel, Duration.ofMillis(999)));
        assertEquals(1, after(channel, Duration.ofMillis(1)).size());
        assertEquals(List.of(), ended);
    }

    @Test
    void repetitionsAreCounted() {
        var channel = started(file(100), 512, 1);
        after(channel, Duration.ofSeconds(1));
        after(channel, Duration.ofSeconds(2));
        ack(channel, 1);

        assertTrue(ended.getFirst() instanceof TftpEvent.Finished(var _, var _, var _, var again) && again == 2);
    }

    @ParameterizedTest
    @CsvSource({"1024, 4, true", "1024, 1, false", "512, 1, false"})
    void aClientThatLosesTwoWindowsInARowIsReported(int blockSize, int windowSize, boolean reported) {
        var channel = started(file(100_000), blockSize, windowSize);
        ack(channel, 0);
        after(channel, Duration.ofSeconds(1));
        assertEquals(List.of(), losing);

        after(channel, Duration.ofSeconds(2));

        assertEquals(reported ? List.of(CLIENT) : List.of(), losing);
    }

    @Test
    void aStrangerIsToldSoSixteenTimesAndTheTransferGoesOn() {
        var channel = started(file(5000), 512, 1);
        blocks(channel);

        receive(channel, new Failure(0, "quarrel"), STRANGER);
        assertEquals(List.of(), sent(channel, STRANGER));
        for (int i = 1; i <= 17; i++) {
            receive(channel, new Ack(1), STRANGER);
        }
        var error = new Failure(Failure.UNKNOWN_TRANSFER, "this port serves another client");
        assertEquals(IntStream.range(0, 16).<TftpPacket>mapToObj(_ -> error).toList(), sent(channel, STRANGER));
        ack(channel, 1);
        assertEquals(List.of(2), blocks(channel));
    }

    @ParameterizedTest
    @CsvSource({
        // Firmware asks for the size and ends the transfer before any data.
        "1024, 8, false, true",
        "1024, 0, false, true",
        "1024, 3, false, false",
        "512, 0, false, false",
        "1024, 8, true, false"
    })
    void aClientThatEndsItEitherAskedForTheSizeOrFailed(int blockSize, int code, boolean progress, boolean probed) {
        var channel = started(file(5000), blockSize, 1);
        ack(channel, 0);
        if (progress) {
            ack(channel, 1);
        }

        receive(channel, new Failure(code, "enough"), CLIENT);

        if (probed) {
            assertEquals(List.of(new TftpEvent.Probed(REQUEST, 5000)), ended);
        } else {
            assertFailed("the client ended it with error " + code + " (enough)", progress ? blockSize : 0);
        }
        assertFalse(channel.isOpen());
    }

    @Test
    void aSizeQueryMayEndBeforeTheOptionsAreAcknowledged() {
        var channel = started(file(5000), 1024, 1);

        receive(channel, new Failure(8, ""), CLIENT);

        assertEquals(List.of(new TftpEvent.Probed(REQUEST, 5000)), ended);
    }

    @Test
    void whatHasNoMeaningHereIsIgnored() {
        var channel = started(file(5000), 512, 1);
        blocks(channel);

        receive(channel, new Data(1, ByteBuffer.allocate(3)), CLIENT);
        receive(channel, new OptionAck(List.of()), CLIENT);
        channel.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(new byte[] {9}), SERVER, CLIENT));
        channel.pipeline().fireExceptionCaught(new IOException("port unreachable"));

        assertEquals(List.of(), blocks(channel));
        assertEquals(List.of(), ended);
        assertTrue(channel.isOpen());
    }

    @Test
    void aSlowDiskIsWaitedForAndAcknowledgementsMeanwhileCountForNothing() {
        var channel = started(transfer(file(5000), 512, 1, disk::add));
        assertEquals(List.of(), blocks(channel));
        ack(channel, 1);
        assertEquals(List.of(), after(channel, Duration.ofSeconds(1)));

        disk.remove().run();
        channel.runPendingTasks();

        assertEquals(List.of(1), blocks(channel));
        assertEquals(List.of(), ended);
        // Two seconds after the first second without an answer, as if the block had been sent then.
        assertEquals(1, after(channel, Duration.ofSeconds(2)).size());
    }

    @Test
    void aDiskThatDoesNotAnswerInTimeEndsIt() {
        var channel = started(transfer(file(5000), 512, 1, disk::add));

        for (int i = 0; i < RETRIES; i++) {
            after(channel, Duration.ofSeconds(8));
            assertEquals(List.of(), ended);
        }
        assertEquals(List.of(), after(channel, Duration.ofSeconds(8)));

        assertFailed("the file could not be read in time", 0);
        disk.remove().run();
        channel.runPendingTasks();
        assertEquals(List.of(), blocks(channel));
        assertEquals(1, ended.size());
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aReadThatFailsIsToldToTheClient(boolean later) {
        var fault = new IOException("bad sector", new IOException());
        Executor readers = later ? disk::add : Runnable::run;
        var channel = started(transfer(file(5000, fault), 512, 1, readers));
        disk.forEach(Runnable::run);
        channel.runPendingTasks();

        // The innermost cause says most; where it says nothing, its kind is all there is.
        var reason = "reading the file failed: IOException";
        assertEquals(List.of(new Failure(Failure.UNDEFINED, reason)), sent(channel, CLIENT));
        assertFailed(reason, 0);
    }

    @Test
    void aReadThatFailsSaysWhy() {
        var channel = started(file(5000, new IOException("bad sector")), 512, 1);

        assertEquals(
                List.of(new Failure(Failure.UNDEFINED, "reading the file failed: bad sector")), sent(channel, CLIENT));
    }

    @Test
    void anEndFromOurSideIsToldOnce() {
        var transfer = transfer(file(5000), 512, 1, Runnable::run);
        var channel = started(transfer);
        blocks(channel);

        transfer.abort("the server is stopping");
        transfer.abort("again");

        assertEquals(List.of(new Failure(Failure.UNDEFINED, "the server is stopping")), sent(channel, CLIENT));
        assertFailed("the server is stopping", 0);
        assertFalse(channel.isOpen());
    }

    @Test
    void oneThatEndedBeforeItsSocketWasThereClosesItAgain() {
        var transfer = transfer(file(5000), 512, 1, Runnable::run);
        transfer.abort("the server is stopping");
        assertFailed("the server is stopping", 0);

        var channel = started(transfer);

        assertFalse(channel.isOpen());
        assertEquals(List.of(), sent(channel, CLIENT));
    }

    @Test
    void nothingIsLeftToWaitForAfterTheEnd() {
        var channel = started(file(100), 512, 1);
        ack(channel, 1);

        assertEquals(-1, channel.runScheduledPendingTasks());
        assertEquals(List.of(1), blocks(channel));
        assertNull(channel.readOutbound());
    }

    @Test
    void numbersGoFrom65535OnToZero() {
        var channel = started(file(65_540L * 8), 8, 16);
        sent(channel, CLIENT);
        ack(channel, 0);
        blocks(channel);

        for (long block = 16; block <= 65_520; block += 16) {
            ack(channel, (int) block);
            blocks(channel);
        }
        ack(channel, 65_535);

        assertEquals(
                LongStream.rangeClosed(65_536, 65_541)
                        .mapToObj(block -> (int) (block & 0xffff))
                        .toList(),
                blocks(channel));
    }

    private void assertFailed(String reason, long bytes) {
        assertEquals(1, ended.size());
        assertTrue(
                ended.getFirst() instanceof TftpEvent.Failed(var request, var sent, var _, var why)
                        && request.equals(REQUEST)
                        && sent == bytes
                        && why.equals(reason),
                () -> ended.toString());
        assertTrue(closed);
    }
}
