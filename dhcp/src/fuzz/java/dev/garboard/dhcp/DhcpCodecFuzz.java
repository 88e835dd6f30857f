package dev.garboard.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Guided by coverage: bytes give a message, which comes out of its own encoding unchanged, or the refusal. */
class DhcpCodecFuzz {

    static Stream<Arguments> capturedPackets() {
        return Fixtures.names().stream().map(name -> Arguments.of((Object) Fixtures.bytes(name)));
    }

    @MethodSource("capturedPackets")
    @FuzzTest(maxDuration = "60s")
    void bytesGiveAMessageOrTheRefusal(byte[] datagram) {
        DhcpMessage message;
        try {
            message = DhcpCodec.decode(datagram);
        } catch (MalformedDhcpException expected) {
            return;
        }
        assertEquals(message, DhcpCodec.decode(DhcpCodec.encode(message)));
    }
}
