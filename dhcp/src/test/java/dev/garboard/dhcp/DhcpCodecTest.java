package dev.garboard.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DhcpCodecTest {

    private static final MacAddress MAC = MacAddress.parse("52:54:00:77:00:01");

    private static DhcpMessage message(DhcpOption... options) {
        return DhcpMessage.fromClient(MAC, 7, DhcpOptions.of(options));
    }

    @Test
    void aLongValueIsSplitOnWriteAndJoinedOnRead() {
        var path = new DhcpOption.RootPath("x".repeat(600));

        var bytes = DhcpCodec.encode(message(path));

        assertEquals(240 + 600 + 3 * 2 + 1, bytes.length);
        assertEquals(
                path,
                DhcpCodec.decode(bytes)
                        .options()
                        .find(DhcpOption.RootPath.class)
                        .orElseThrow());
    }

    @Test
    void repliesArePaddedWithZeros() {
        var bytes = DhcpCodec.encode(message(), DhcpCodec.MINIMUM, DhcpCodec.MAXIMUM)
                .orElseThrow();

        assertEquals(300, bytes.length);
        assertEquals(message(), DhcpCodec.decode(bytes));
    }

    @Test
    void whatDoesNotFitIsNotWritten() {
        var big = message(new DhcpOption.RootPath("x".repeat(200)), new DhcpOption.HostName("y".repeat(150)));

        assertTrue(DhcpCodec.encode(big, 300, 548).isEmpty());
    }

    @Test
    void overloadingUsesTheTextFieldsAndIsReadBack() {
        var big = message(
                new DhcpOption.RootPath("x".repeat(200)),
                new DhcpOption.HostName("y".repeat(100)),
                new DhcpOption.DomainName("z".repeat(40)),
                new DhcpOption.RelayAgent(Octets.ofHex("0101aa")));

        var bytes = DhcpCodec.encodeOverloaded(big, 300, 460).orElseThrow();

        var read = DhcpCodec.decode(bytes);
        assertTrue(bytes.length <= 460, () -> "it has " + bytes.length + " bytes");
        big.options()
                .list()
                .forEach(option -> assertEquals(
                        option, read.options().find(option.getClass()).orElseThrow()));
        // Option 82 is the last one behind the cookie.
        assertEquals(
                "52030101aaff",
                Octets.copyOf(Arrays.copyOfRange(bytes, bytes.length - 6, bytes.length))
                        .toString());
        assertEquals("", read.bootFile());
    }

    @Test
    void aUsedTextFieldIsNotOverloaded() {
        var big = message(new DhcpOption.RootPath("x".repeat(200)), new DhcpOption.HostName("y".repeat(150)))
                .withServerName("server");

        var bytes = DhcpCodec.encodeOverloaded(big, 300, 460);

        assertTrue(bytes.isEmpty());
    }

    @Test
    void refusalsSayWhatWasFoundAndWhatWasExpected() {
        var good = DhcpCodec.encode(message(new DhcpOption.HostName("a")));

        assertRefused("the datagram has 10 bytes, expected 240 or more", new byte[10]);
        assertRefused("op is 9, expected 1 or 2", changed(good, 0, 9));
        assertRefused("hlen is 17, expected at most 16", changed(good, 2, 17));
        assertRefused("the magic cookie is 62825363, expected 63825363", changed(good, 236, 0x62));
        assertRefused("option 12 says it has 99 bytes, 2 are left", changed(good, 241, 99));
    }

    private static void assertRefused(String message, byte[] datagram) {
        assertEquals(
                message,
                assertThrows(MalformedDhcpException.class, () -> DhcpCodec.decode(datagram))
                        .getMessage());
    }

    private static byte[] changed(byte[] bytes, int at, int value) {
        var copy = bytes.clone();
        copy[at] = (byte) value;
        return copy;
    }

    /** What is decoded can be encoded, and then means the same. Nothing else than the refusal is ever thrown. */
    @Test
    void aMillionMutatedPacketsGiveAMessageOrTheRefusal() {
        var originals = Fixtures.names().stream().map(Fixtures::bytes).toList();
        var random = new SplittableRandom(20261123);
        int messages = 0;
        int refusals = 0;
        for (int i = 0; i < 1_000_000; i++) {
            var packet = mutate(originals.get(random.nextInt(originals.size())), random);
            try {
                var message = DhcpCodec.decode(packet);
                messages++;
                if (i % 16 == 0) {
                    assertEquals(message, DhcpCodec.decode(DhcpCodec.encode(message)));
                }
            } catch (MalformedDhcpException expected) {
                refusals++;
            }
        }
        assertTrue(messages > 100_000 && refusals > 100_000, messages + " messages, " + refusals + " refusals");
    }

    private static byte[] mutate(byte[] original, SplittableRandom random) {
        var packet = random.nextInt(8) == 0
                ? Arrays.copyOf(original, random.nextInt(original.length + 64))
                : original.clone();
        for (int changes = random.nextInt(8); changes > 0 && packet.length > 0; changes--) {
            int at = random.nextBoolean() && packet.length > 240
                    ? random.nextInt(240, packet.length)
                    : random.nextInt(packet.length);
            packet[at] = (byte) random.nextInt(256);
        }
        return packet;
    }
}
