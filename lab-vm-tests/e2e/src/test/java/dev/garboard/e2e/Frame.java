package dev.garboard.e2e;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Raw Ethernet frames: as much of ARP, IPv4, UDP, TCP and ICMPv6 as the first minute of a network boot has. */
final class Frame {

    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int UDP = 8;
    private static final int PSEUDO = 12;
    private static final MacAddress ALL_NODES = MacAddress.parse("33:33:00:00:00:01");
    static final MacAddress BROADCAST = MacAddress.parse("ff:ff:ff:ff:ff:ff");

    private Frame() {}

    /** What came from the guest. */
    sealed interface Read {

        /** A question for the hardware address of {@code target}. */
        record ArpRequest(Octets bytes, Inet4Address target) implements Read {}

        /** A datagram. */
        record Datagram(MacAddress source, Inet4Address from, int fromPort, Inet4Address to, int toPort, Octets payload)
                implements Read {}

        /** The first packet of a connection. */
        record TcpSyn(Inet4Address to, int toPort) implements Read {}

        /** A question for an IPv6 router. */
        record RouterSolicitation() implements Read {}

        /** Anything else. */
        record Other() implements Read {}
    }

    static Read read(byte[] frame) {
        var in = ByteBuffer.wrap(frame);
        if (frame.length < 42) {
            return new Read.Other();
        }
        return switch (in.getChar(12)) {
            case 0x0806 ->
                in.getChar(20) == 1
                        ? new Read.ArpRequest(Octets.copyOf(frame), Ipv4.of(in.getInt(38)))
                        : new Read.Other();
            case 0x0800 -> readIpv4(frame, in);
            case 0x86DD ->
                frame.length > 54 && frame[20] == 58 && (frame[54] & 255) == 133
                        ? new Read.RouterSolicitation()
                        : new Read.Other();
            default -> new Read.Other();
        };
    }

    private static Read readIpv4(byte[] frame, ByteBuffer in) {
        int transport = ETHERNET + (frame[ETHERNET] & 15) * 4;
        int end = Math.min(frame.length, ETHERNET + in.getChar(16));
        var to = Ipv4.of(in.getInt(30));
        if (frame[23] == 6 && end >= transport + 20) {
            return (frame[transport + 13] & 0x12) == 2
                    ? new Read.TcpSyn(to, in.getChar(transport + 2))
                    : new Read.Other();
        }
        if (frame[23] != 17 || end < transport + UDP) {
            return new Read.Other();
        }
        return new Read.Datagram(
                new MacAddress(Octets.copyOf(Arrays.copyOfRange(frame, 6, 12))),
                Ipv4.of(in.getInt(26)),
                in.getChar(transport),
                to,
                in.getChar(transport + 2),
                Octets.copyOf(Arrays.copyOfRange(frame, transport + UDP, end)));
    }

    static byte[] arpReply(Read.ArpRequest request, MacAddress owner) {
        var asked = request.bytes().toArray();
        var out = ByteBuffer.allocate(60);
        out.put(asked, 6, 6).put(owner.octets().toArray()).putChar((char) 0x0806);
        out.put(asked, 14, 6).putChar((char) 2);
        out.put(owner.octets().toArray()).put(request.target().getAddress()).put(asked, 22, 10);
        return out.array();
    }

    static byte[] udp(
            MacAddress source,
            MacAddress destination,
            Inet4Address from,
            int fromPort,
            Inet4Address to,
            int toPort,
            byte[] payload) {
        int length = UDP + payload.length;
        var out = ByteBuffer.allocate(ETHERNET + IPV4 + length);
        out.put(destination.octets().toArray()).put(source.octets().toArray()).putChar((char) 0x0800);
        out.put((byte) 0x45).put((byte) 0).putChar((char) (IPV4 + length)).putInt(0);
        out.put((byte) 64).put((byte) 17).putChar((char) 0);
        out.put(from.getAddress()).put(to.getAddress());
        out.putChar((char) fromPort)
                .putChar((char) toPort)
                .putChar((char) length)
                .putChar((char) 0)
                .put(payload);
        out.putChar(24, (char) ~sum(out.slice(ETHERNET, IPV4)));
        var pseudo = ByteBuffer.allocate(PSEUDO + length);
        pseudo.put(from.getAddress())
                .put(to.getAddress())
                .put((byte) 0)
                .put((byte) 17)
                .putChar((char) length);
        pseudo.put(out.array(), ETHERNET + IPV4, length).flip();
        int checksum = ~sum(pseudo) & 0xFFFF;
        out.putChar(ETHERNET + IPV4 + 6, (char) (checksum == 0 ? 0xFFFF : checksum));
        return out.array();
    }

    /** A router advertisement of lifetime zero from fe80::5054:ff:fe00:1 to all nodes. */
    static byte[] noRouter(MacAddress source) {
        var message = Octets.ofHex("86000000400000000000000000000000").toArray();
        var from = Octets.ofHex("fe80000000000000505400fffe000001").toArray();
        var to = Octets.ofHex("ff020000000000000000000000000001").toArray();
        var pseudo = ByteBuffer.allocate(40 + message.length);
        pseudo.put(from).put(to).putInt(message.length).putInt(58).put(message).flip();
        var out = ByteBuffer.allocate(ETHERNET + 40 + message.length);
        out.put(ALL_NODES.octets().toArray()).put(source.octets().toArray()).putChar((char) 0x86DD);
        out.putInt(0x60000000).putChar((char) message.length).put((byte) 58).put((byte) 255);
        out.put(from).put(to).put(message);
        out.putChar(ETHERNET + 40 + 2, (char) ~sum(pseudo));
        return out.array();
    }

    private static int sum(ByteBuffer data) {
        int sum = 0;
        while (data.remaining() > 1) {
            sum += data.getChar();
        }
        if (data.hasRemaining()) {
            sum += (data.get() & 255) << 8;
        }
        while (sum > 0xFFFF) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }
}
