package dev.garboard.tftp;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Guided by coverage: bytes give a packet, which can be written again, or the refusal. */
class TftpCodecFuzz {

    static Stream<Arguments> vectors() {
        return TftpCodecTest.vectors.stream()
                .map(vector -> Arguments.of((Object) HexFormat.of().parseHex(vector.hex())));
    }

    @MethodSource("vectors")
    @FuzzTest(maxDuration = "60s")
    void bytesGiveAPacketOrTheRefusal(byte[] datagram) {
        TftpPacket packet;
        try {
            packet = TftpCodec.read(Unpooled.wrappedBuffer(datagram));
        } catch (MalformedTftpException expected) {
            return;
        }
        TftpCodec.write(packet, Unpooled.buffer());
    }
}
