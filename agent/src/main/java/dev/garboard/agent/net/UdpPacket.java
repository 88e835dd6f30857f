package dev.garboard.agent.net;

import java.nio.ByteBuffer;
import java.util.Optional;

/** An IPv4 packet with a DHCP datagram, as a packet socket carries it: the client has no address yet to use UDP with. */
final class UdpPacket {

    static final int CLIENT_PORT = 68;
    static final int SERVER_PORT = 67;

    private static final int IP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int UDP = 17;

    private UdpPacket() {}

    /** A broadcast from 0.0.0.0 port 68 to port 67. */
    static byte[] broadcast(byte[] payload) {
        int length = IP_HEADER + UDP_HEADER + payload.length;
        var packet = ByteBuffer.allocate(length);
        packet.putShort(0, (short) 0x4500)
                .putShort(2, (short) length)
                .put(8, (byte) 64)
                .put(9, (byte) UDP);
        packet.putInt(16, -1);
        packet.putShort(10, (short) ~sum(packet, 0, IP_HEADER, 0));
        packet.putShort(20, (short) CLIENT_PORT).putShort(22, (short) SERVER_PORT);
        packet.putShort(24, (short) (length - IP_HEADER));
        packet.put(IP_HEADER + UDP_HEADER, payload);
        // The pseudo header is both addresses, protocol and length; 0 would mean "no checksum".
        int checksum = ~sum(packet, 12, length, UDP + length - IP_HEADER) & 0xffff;
        packet.putShort(26, (short) (checksum == 0 ? 0xffff : checksum));
        return packet.array();
    }

    /**
     * The datagram for port 68 in a packet, if it is one. Checksums are not looked at: a virtual card leaves them to the
     * hardware that it does not have.
     */
    static Optional<byte[]> payload(byte[] packet, int length) {
        if (length < IP_HEADER || packet[0] >> 4 != 4) {
            return Optional.empty();
        }
        int header = (packet[0] & 15) * 4;
        var in = ByteBuffer.wrap(packet, 0, length);
        int total = Math.min(length, in.getShort(2) & 0xffff);
        boolean fragment = (in.getShort(6) & 0x3fff) != 0;
        if (header < IP_HEADER || packet[9] != UDP || fragment || total < header + UDP_HEADER) {
            return Optional.empty();
        }
        int udpLength = in.getShort(header + 4) & 0xffff;
        if (in.getShort(header + 2) != CLIENT_PORT || udpLength < UDP_HEADER || header + udpLength > total) {
            return Optional.empty();
        }
        var payload = new byte[udpLength - UDP_HEADER];
        in.get(header + UDP_HEADER, payload);
        return Optional.of(payload);
    }

    /** The ones' complement sum of RFC 1071. */
    private static int sum(ByteBuffer in, int from, int to, int start) {
        int sum = start;
        for (int i = from; i < to; i += 2) {
            sum += i + 1 < to ? in.getShort(i) & 0xffff : (in.get(i) & 255) << 8;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
