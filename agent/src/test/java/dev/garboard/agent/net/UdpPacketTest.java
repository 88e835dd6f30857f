package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class UdpPacketTest {

    private static byte[] answer(byte[] payload) {
        byte[] packet = UdpPacket.broadcast(payload);
        ByteBuffer.wrap(packet).putShort(20, (short) 67).putShort(22, (short) 68);
        return packet;
    }

    @Test
    void writesTheHeadersThatTheRfcsAskFor() {
        byte[] packet = UdpPacket.broadcast(new byte[] {1, 2, 3});
        assertEquals(
                "4500001f000000004011 7acf 00000000ffffffff".replace(" ", ""),
                HexFormat.of().formatHex(packet, 0, 20));
        assertEquals("00440043000bfb4f", HexFormat.of().formatHex(packet, 20, 28));
    }

    @Test
    void readsThePayloadOfAnAnswer() {
        byte[] packet = answer(new byte[] {1, 2, 3});
        assertArrayEquals(
                new byte[] {1, 2, 3}, UdpPacket.payload(packet, packet.length).orElseThrow());
    }

    @Test
    void passesOverPaddingBehindThePacket() {
        byte[] padded = Arrays.copyOf(answer(new byte[] {1, 2, 3}), 60);
        assertArrayEquals(
                new byte[] {1, 2, 3}, UdpPacket.payload(padded, padded.length).orElseThrow());
    }

    @Test
    void passesOverOtherPortsProtocolsAndFragments() {
        byte[] toServer = UdpPacket.broadcast(new byte[3]);
        assertTrue(UdpPacket.payload(toServer, toServer.length).isEmpty());
        byte[] tcp = answer(new byte[3]);
        tcp[9] = 6;
        assertTrue(UdpPacket.payload(tcp, tcp.length).isEmpty());
        byte[] fragment = answer(new byte[3]);
        fragment[6] = 0x20;
        assertTrue(UdpPacket.payload(fragment, fragment.length).isEmpty());
    }

    @Test
    void survivesEveryTruncation() {
        byte[] packet = answer(new byte[40]);
        for (int length = 0; length < packet.length; length++) {
            assertTrue(UdpPacket.payload(packet, length).isEmpty(), "a packet cut to " + length + " octets");
        }
    }
}
