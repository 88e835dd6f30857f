package dev.garboard.tftp;

import dev.garboard.tftp.TftpPacket.Ack;
import dev.garboard.tftp.TftpPacket.Data;
import dev.garboard.tftp.TftpPacket.OptionAck;
import dev.garboard.tftp.TftpPacket.ReadRequest;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A TFTP reader with options, windows (RFC 7440) and faults, which commons-net's client lacks. */
final class TestClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 5000;

    /** What came of a read: the bytes' count and checksum, the server's option acknowledgement or its error. */
    record Result(long bytes, long crc, @Nullable OptionAck options, TftpPacket.@Nullable Failure error) {}

    final DatagramSocket socket;
    private final InetSocketAddress server;
    private final Faults receiving;
    private final Faults sending;
    private final Deque<DatagramPacket> held = new ArrayDeque<>();
    private int received;
    private int sent;

    @Nullable
    InetSocketAddress transfer;

    TestClient(InetSocketAddress server, Faults receiving, Faults sending) throws IOException {
        this.server = server;
        this.receiving = receiving;
        this.sending = sending;
        this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        socket.setReceiveBufferSize(1 << 20);
    }

    static TestClient of(InetSocketAddress server) throws IOException {
        return new TestClient(server, Faults.NONE, Faults.NONE);
    }

    /** Reads a whole file; patience is the client's own timeout, after which it repeats its last acknowledgement. */
    Result read(String file, List<TftpOption> options, int patienceMillis) throws IOException {
        int blockSize = 512;
        int window = 1;
        long bytes = 0;
        long expected = 1;
        int inWindow = 0;
        boolean gapReported = false;
        var crc = new CRC32();
        @Nullable OptionAck accepted = null;
        TftpPacket last = new ReadRequest(file, "octet", options);
        send(last, server);
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() < deadline) {
            var packet = receive(patienceMillis);
            if (packet == null) {
                send(last, transfer == null ? server : transfer);
                inWindow = 0;
                continue;
            }
            switch (packet) {
                case TftpPacket.Failure error -> {
                    return new Result(bytes, crc.getValue(), accepted, error);
                }
                case OptionAck ack -> {
                    accepted = ack;
                    for (var option : ack.options()) {
                        switch (option) {
                            case TftpOption.BlockSize(int agreed) -> blockSize = agreed;
                            case TftpOption.WindowSize(int agreed) -> window = agreed;
                            default -> {}
                        }
                    }
                    if (expected == 1) {
                        last = new Ack(0);
                        send(last, transfer());
                    }
                }
                case Data data -> {
                    boolean next = data.block() == (expected & 0xffff);
                    if (!next) {
                        if (!gapReported && window > 1) {
                            gapReported = true;
                            inWindow = 0;
                            last = new Ack((int) ((expected - 1) & 0xffff));
                            send(last, transfer());
                        }
                        continue;
                    }
                    gapReported = false;
                    var payload = data.payload();
                    int length = payload.remaining();
                    crc.update(payload);
                    bytes += length;
                    expected++;
                    inWindow++;
                    if (length < blockSize) {
                        send(new Ack(data.block()), transfer());
                        return new Result(bytes, crc.getValue(), accepted, null);
                    }
                    if (inWindow == window) {
                        inWindow = 0;
                        last = new Ack(data.block());
                        send(last, transfer());
                    }
                }
                default -> throw new IOException("the server sent " + packet);
            }
        }
        throw new IOException("no end after 60 s, at byte " + bytes);
    }

    InetSocketAddress transfer() {
        if (transfer == null) {
            throw new IllegalStateException("the server has not answered yet");
        }
        return transfer;
    }

    void send(TftpPacket packet, InetSocketAddress to) throws IOException {
        sent++;
        var buffer = Unpooled.buffer();
        TftpCodec.write(packet, buffer);
        var datagram = new DatagramPacket(buffer.array(), buffer.readableBytes(), to);
        if (sending.drops(sent)) {
            return;
        }
        socket.send(datagram);
        if (sending.duplicates(sent)) {
            socket.send(datagram);
        }
    }

    @Nullable
    TftpPacket receive() throws IOException {
        return receive(PATIENCE_MILLIS);
    }

    @Nullable
    TftpPacket receive(int patienceMillis) throws IOException {
        while (true) {
            var datagram = held.poll();
            if (datagram == null) {
                datagram = fromWire(patienceMillis);
                if (datagram == null) {
                    return null;
                }
                received++;
                if (receiving.drops(received)) {
                    continue;
                }
                if (receiving.duplicates(received)) {
                    held.add(datagram);
                }
                if (receiving.swaps(received)) {
                    var following = fromWire(patienceMillis);
                    if (following != null) {
                        held.add(datagram);
                        datagram = following;
                    }
                }
            }
            transfer = (InetSocketAddress) datagram.getSocketAddress();
            return TftpCodec.read(Unpooled.wrappedBuffer(datagram.getData(), 0, datagram.getLength()));
        }
    }

    private @Nullable DatagramPacket fromWire(int patienceMillis) throws IOException {
        var datagram = new DatagramPacket(new byte[2048], 2048);
        socket.setSoTimeout(patienceMillis);
        try {
            socket.receive(datagram);
            return datagram;
        } catch (SocketTimeoutException silence) {
            return null;
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
