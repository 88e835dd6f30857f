package dev.garboard.dhcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The received order of the options is kept, so every real packet comes out byte for byte as it came in. */
class FixturesTest {

    static List<String> names() {
        return Fixtures.names();
    }

    @Test
    void allCapturedPacketsAreHere() {
        assertEquals(48, names().size());
    }

    @ParameterizedTest
    @MethodSource("names")
    void decodesEveryOptionAndEncodesTheSameBytes(String name) {
        var bytes = Fixtures.bytes(name);

        var message = DhcpCodec.decode(bytes);

        assertArrayEquals(bytes, DhcpCodec.encode(message));
        assertEquals(
                List.of(),
                message.options().list().stream()
                        .filter(option ->
                                option instanceof DhcpOption.Unknown || option instanceof DhcpOption.Undecodable)
                        .toList());
        assertEquals(MacAddress.parse("52:54:00:77:00:01"), message.mac().orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("names")
    void truncatedAtAnyLengthGivesAMessageOrTheRefusal(String name) {
        var bytes = Fixtures.bytes(name);
        int refused = 0;
        for (int length = 0; length < bytes.length; length++) {
            try {
                DhcpCodec.decode(Arrays.copyOf(bytes, length));
            } catch (MalformedDhcpException expected) {
                refused++;
            }
        }
        assertTrue(refused >= DhcpCodec.HEADER + 4, "only " + refused + " refusals");
    }

    @Test
    void readsWhatOvmfSaysWhenItDiscovers() {
        var message = Fixtures.message("c-ovmf-pxev4-snponly.efi-01-discover");

        assertEquals(MessageType.DISCOVER, message.type().orElseThrow());
        assertEquals(0x2a01feeb, message.transactionId());
        assertTrue(message.wantsBroadcast());
        assertEquals(
                List.of(Arch.X64_UEFI),
                message.options()
                        .find(DhcpOption.Architectures.class)
                        .orElseThrow()
                        .values());
        assertEquals(
                new DhcpOption.NetworkInterface(1, 3, 0),
                message.options().find(DhcpOption.NetworkInterface.class).orElseThrow());
        assertTrue(message.options()
                .find(DhcpOption.MachineIdentifier.class)
                .orElseThrow()
                .uuid()
                .isEmpty());
        assertEquals(
                "PXEClient:Arch:00007:UNDI:003000",
                message.options()
                        .find(DhcpOption.VendorClass.class)
                        .orElseThrow()
                        .name());
    }

    @Test
    void readsTheFeaturesThatIpxeReports() {
        var old = Fixtures.message("a-seabios-ipxerom-e1000-01-discover").options();
        var https = Fixtures.message("g-https-trixie-01-discover").options();

        assertTrue(old.find(DhcpOption.Ipxe.class).orElseThrow().has(19));
        assertEquals(false, old.find(DhcpOption.Ipxe.class).orElseThrow().has(20));
        assertTrue(https.find(DhcpOption.Ipxe.class).orElseThrow().has(20));
        assertEquals(
                List.of("iPXE"),
                old.find(DhcpOption.UserClass.class).orElseThrow().classes());
    }
}
