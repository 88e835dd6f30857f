package dev.garboard.agent.net;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import dev.garboard.agent.linux.Libc;
import dev.garboard.agent.linux.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An AF_PACKET socket on one interface that hears nothing but datagrams for port 68. */
final class PacketSocket implements AutoCloseable {

    private static final int AF_PACKET = 17;
    private static final int SOCK_DGRAM = 2;
    private static final short ETH_P_IP_NETWORK_ORDER = 0x0008;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int MSG_DONTWAIT = 0x40;
    private static final short POLLIN = 1;

    /**
     * Classic BPF over the IP packet: UDP, no fragment, destination port 68. Without it the kernel would copy every packet
     * of the node's life here.
     */
    private static final int[][] FILTER = {
        {0x30, 0, 0, 9},
        {0x15, 0, 6, 17},
        {0x28, 0, 0, 6},
        {0x45, 4, 0, 0x1fff},
        {0xb1, 0, 0, 0},
        {0x48, 0, 0, 2},
        {0x15, 0, 1, 68},
        {0x06, 0, 0, 0xffff},
        {0x06, 0, 0, 0}
    };

    private final int descriptor;
    private final byte[] broadcast;
    private final byte[] buffer = new byte[2048];

    private PacketSocket(int descriptor, byte[] broadcast) {
        this.descriptor = descriptor;
        this.broadcast = broadcast;
    }

    static PacketSocket open(int interfaceIndex) {
        try {
            int socket = Libc.socket(AF_PACKET, SOCK_DGRAM | Libc.O_CLOEXEC, 0);
            filter(socket);
            var address = new byte[20];
            var b = ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN);
            b.putShort((short) AF_PACKET).putShort(ETH_P_IP_NETWORK_ORDER).putInt(interfaceIndex);
            Libc.bind(socket, address, address.length);
            address[11] = 6;
            Arrays.fill(address, 12, 18, (byte) 255);
            return new PacketSocket(socket, address);
        } catch (LastErrorException refused) {
            throw new SystemCallException("packet socket on interface " + interfaceIndex, refused);
        }
    }

    private static void filter(int socket) {
        try (var program = new Memory(8L * FILTER.length);
                var description = new Memory(16)) {
            for (int i = 0; i < FILTER.length; i++) {
                program.setShort(8L * i, (short) FILTER[i][0]);
                program.setByte(8L * i + 2, (byte) FILTER[i][1]);
                program.setByte(8L * i + 3, (byte) FILTER[i][2]);
                program.setInt(8L * i + 4, FILTER[i][3]);
            }
            description.clear();
            description.setShort(0, (short) FILTER.length);
            description.setPointer(8, program);
            Libc.setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, description, 16);
        }
    }

    /** Broadcasts an IP packet. */
    void send(byte[] packet) {
        try {
            Libc.sendto(descriptor, packet, Libc.word(packet.length), 0, broadcast, broadcast.length);
        } catch (LastErrorException failed) {
            throw new SystemCallException("send on a packet socket", failed);
        }
    }

    /** The next datagram that is there already. */
    Optional<byte[]> receive() {
        try {
            int length = Libc.recv(descriptor, buffer, Libc.word(buffer.length), MSG_DONTWAIT)
                    .intValue();
            return UdpPacket.payload(buffer, length);
        } catch (LastErrorException nothing) {
            return Optional.empty();
        }
    }

    /** Waits until one of the sockets has a datagram. */
    static void await(List<PacketSocket> sockets, int timeoutMillis) throws InterruptedException {
        if (sockets.isEmpty()) {
            Thread.sleep(timeoutMillis);
            return;
        }
        try (var poll = new Memory(8L * sockets.size())) {
            poll.clear();
            for (int i = 0; i < sockets.size(); i++) {
                poll.setInt(8L * i, sockets.get(i).descriptor);
                poll.setShort(8L * i + 4, POLLIN);
            }
            Libc.poll(poll, Libc.word(sockets.size()), timeoutMillis);
        } catch (LastErrorException interrupted) {
            // The caller looks again anyway.
        }
    }

    @Override
    public void close() {
        Libc.close(descriptor);
    }
}
