package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.tftp.TftpOption.BlockSize;
import dev.garboard.tftp.TftpOption.Timeout;
import dev.garboard.tftp.TftpOption.TransferSize;
import dev.garboard.tftp.TftpOption.Unknown;
import dev.garboard.tftp.TftpOption.WindowSize;
import dev.garboard.tftp.TftpPacket.Ack;
import dev.garboard.tftp.TftpPacket.Data;
import dev.garboard.tftp.TftpPacket.Failure;
import dev.garboard.tftp.TftpPacket.OptionAck;
import dev.garboard.tftp.TftpPacket.ReadRequest;
import dev.garboard.tftp.TftpPacket.WriteRequest;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TftpCodecTest {

    record Vector(String hex, TftpPacket packet) {}

    static final List<Vector> vectors = List.of(
            // OVMF's first request, its size query.
            new Vector(
                    "0001736e706f6e6c792e656669006f63746574007473697a65003000626c6b73697a65003134363800"
                            + "77696e646f7773697a65003400",
                    new ReadRequest(
                            "snponly.efi",
                            "octet",
                            List.of(new TransferSize(0), new BlockSize(1468), new WindowSize(4)))),
            // iPXE.
            new Vector(
                    "0001756e64696f6e6c792e6b707865006f6374657400626c6b73697a650031343332007473697a65003000",
                    new ReadRequest("undionly.kpxe", "octet", List.of(new BlockSize(1432), new TransferSize(0)))),
            new Vector("00016100" + "6e6574617363696900", new ReadRequest("a", "netascii", List.of())),
            new Vector(
                    "000161006f63746574006d756c7469636173740000" + "74696d656f7574003500",
                    new ReadRequest("a", "octet", List.of(new Unknown("multicast", ""), new Timeout(5)))),
            new Vector("000261006f6374657400", new WriteRequest("a", "octet", List.of())),
            new Vector("0003ffff0102", new Data(65535, ByteBuffer.wrap(new byte[] {1, 2}))),
            new Vector("00030001", new Data(1, ByteBuffer.allocate(0))),
            new Vector("00040000", new Ack(0)),
            new Vector("000500086e6f00", new Failure(8, "no")),
            new Vector(
                    "00067473697a650033303737343400626c6b73697a65003134363800",
                    new OptionAck(List.of(new TransferSize(307744), new BlockSize(1468)))));

    @ParameterizedTest
    @FieldSource("vectors")
    void readsTheVector(Vector vector) {
        assertEquals(vector.packet(), read(vector.hex()));
    }

    @ParameterizedTest
    @FieldSource("vectors")
    void writesTheVector(Vector vector) {
        var out = Unpooled.buffer();

        TftpCodec.write(vector.packet(), out);

        assertEquals(vector.hex(), ByteBufUtil.hexDump(out));
    }

    @Test
    void everyPacketAndEveryOptionHasAVector() {
        var packets = vectors.stream().map(vector -> vector.packet().getClass()).collect(Collectors.toSet());
        var options = vectors.stream()
                .flatMap(vector -> switch (vector.packet()) {
                    case ReadRequest(var _, var _, var list) -> list.stream();
                    case TftpPacket _ -> Stream.<TftpOption>empty();
                })
                .map(Object::getClass)
                .collect(Collectors.toSet());

        assertTrue(packets.containsAll(Arrays.asList(TftpPacket.class.getPermittedSubclasses())), packets.toString());
        assertTrue(options.containsAll(Arrays.asList(TftpOption.class.getPermittedSubclasses())), options.toString());
    }

    @Test
    void namesOfOptionsAreReadWithoutRegardToCase() {
        assertEquals(
                new ReadRequest("a", "octet", List.of(new BlockSize(512))),
                read("000161006f6374657400" + "426c6b53697a650035313200"));
    }

    @Test
    void anOptionWithASenselessValueIsKeptAsUnknown() {
        assertEquals(
                new ReadRequest("a", "octet", List.of(new Unknown("blksize", "7"), new Unknown("tsize", "x"))),
                read("000161006f6374657400" + "626c6b73697a65003700" + "7473697a65007800"));
    }

    @Test
    void paddingBehindTheOptionsIsIgnored() {
        assertEquals(
                new ReadRequest("a", "octet", List.of(new TransferSize(0))),
                read("000161006f6374657400" + "7473697a65003000" + "0000000000"));
    }

    @Test
    void anErrorWithoutItsTextIsStillAnError() {
        assertEquals(new Failure(8, ""), read("00050008"));
    }

    @Test
    void refusesAnUnknownOpcode() {
        var refusal = assertThrows(MalformedTftpException.class, () -> read("0007"));

        assertEquals("opcode 7, expected 1 to 6", refusal.getMessage());
    }

    @Test
    void refusesANameWithoutItsEnd() {
        var refusal = assertThrows(MalformedTftpException.class, () -> read("00016162"));

        assertEquals("file name of 2 bytes has no NUL at its end", refusal.getMessage());
    }

    @Test
    void refusesMoreOptionsThanTheLimit() {
        var refusal =
                assertThrows(MalformedTftpException.class, () -> read("000161006f6374657400" + "61006200".repeat(33)));

        assertEquals("more than 32 options", refusal.getMessage());
    }

    @Test
    void aPacketCutAtAnyLengthGivesAValueOrTheExceptionOfTheProtocol() {
        for (var vector : vectors) {
            byte[] whole = HexFormat.of().parseHex(vector.hex());
            for (int length = 0; length < whole.length; length++) {
                readAnything(Arrays.copyOf(whole, length));
            }
        }
    }

    @Test
    void aMillionMutatedPacketsGiveAValueOrTheExceptionOfTheProtocol() {
        var random = new Random(1350);
        byte[][] samples = vectors.stream()
                .map(vector -> HexFormat.of().parseHex(vector.hex()))
                .toArray(byte[][]::new);
        for (int run = 0; run < 1_000_000; run++) {
            byte[] packet = samples[random.nextInt(samples.length)].clone();
            for (int mutation = random.nextInt(4); mutation >= 0; mutation--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
            }
            readAnything(random.nextInt(8) == 0 ? Arrays.copyOf(packet, random.nextInt(packet.length)) : packet);
        }
    }

    private static void readAnything(byte[] packet) {
        try {
            var value = TftpCodec.read(Unpooled.wrappedBuffer(packet));
            TftpCodec.write(value, Unpooled.buffer());
        } catch (MalformedTftpException expected) {
            assertTrue(expected.getMessage() != null);
        }
    }

    private static TftpPacket read(String hex) {
        return TftpCodec.read(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
    }
}
