package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootFieldsTest {

    private static final String HTTP = "HTTPClient:Arch:00016:UNDI:003001";
    private static final String PXE = "PXEClient:Arch:00007:UNDI:003000";

    private static Request request(String vendorClass, DhcpOption... more) {
        var mac = MacAddress.parse("52:54:00:77:00:01");
        var options =
                DhcpOptions.of(new DhcpOption.Type(MessageType.DISCOVER), new DhcpOption.VendorClass(vendorClass));
        for (var option : more) {
            options = options.with(option);
        }
        var message = DhcpMessage.fromClient(mac, 1, options);
        return new Request(
                message,
                MessageType.DISCOVER,
                Client.of(message, mac),
                Bench.SERVER,
                false,
                new InetSocketAddress(Ipv4.ANY, 68));
    }

    private static BootFields of(Request request, BootInstruction instruction) {
        return BootFields.of(request, Bench.subnet(), new BootAnswer(instruction, ReplyShape.DISCOVERY_CONTROL));
    }

    @Test
    void aClientIsNotToldWhatItCannotFollow() {
        var file = new BootInstruction.LoadFile("snponly.efi");
        var image = new BootInstruction.HttpBoot(URI.create("http://192.168.77.1/u.efi"));

        assertThrows(IllegalStateException.class, () -> of(request(HTTP), file));
        assertThrows(IllegalStateException.class, () -> of(request(PXE), image));
    }

    @Test
    void aNameThatFillsTheFieldIsInItAndALongerOneIsInTheOptionAlone() {
        var base = "http://192.168.77.1/";
        for (int length : new int[] {127, 128}) {
            var uri = URI.create(base + "u".repeat(length - base.length()));

            var fields = of(request(HTTP), new BootInstruction.HttpBoot(uri));

            assertEquals(length == 127 ? uri.toString() : "", fields.file());
            assertTrue(fields.options().contains(new DhcpOption.BootFileName(uri.toString())));
        }
    }

    @Test
    void ipxeWithNothingToBootIsToldNotToWaitForAProxy() {
        var ipxe = request(PXE, new DhcpOption.UserClass(Octets.ofText("iPXE")));

        assertEquals(
                List.of(DhcpOption.Ipxe.NO_PROXY),
                of(ipxe, new BootInstruction.Nothing("none")).options());
        assertEquals(
                List.of(), of(request(PXE), new BootInstruction.Nothing("none")).options());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://0.9.0.9/u.efi", "http://[fe80::1]/u.efi"})
    void anAddressNeedsNoResolver(String uri) {
        assertEquals(
                uri,
                of(request(HTTP), new BootInstruction.HttpBoot(URI.create(uri))).file());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://boot.example/u.efi", "http://10.example/u.efi", "http://abc/u.efi"})
    void aNameWithoutAResolverIsNotOffered(String uri) {
        var instruction = new BootInstruction.HttpBoot(URI.create(uri));

        assertThrows(IllegalStateException.class, () -> of(request(HTTP), instruction));
    }

    @Test
    void aClientIsReadByItsUserClassItsVendorPrefixAndWhatItLeavesOut() {
        var pi = MacAddress.parse("dc:a6:32:00:00:01");
        var other = MacAddress.parse("dc:a6:33:00:00:01");
        var none = DhcpMessage.fromClient(other, 1, DhcpOptions.NONE);

        assertTrue(Client.of(none, pi).isRaspberryPi());
        assertFalse(Client.of(none, other).isRaspberryPi());
        assertEquals(null, Client.of(none, other).vendorClass());
        assertEquals(PXE, request(PXE).client().vendorClass());
        assertEquals(
                ClientKind.IPXE,
                request(PXE, new DhcpOption.UserClass(Octets.ofText("iPXE")))
                        .client()
                        .kind());
        assertEquals(
                ClientKind.PXE,
                request(PXE, new DhcpOption.UserClass(Octets.ofText("other")))
                        .client()
                        .kind());
    }

    @Test
    void aFullPoolIsSilentAndSelectingMayNameTheAddressInCiaddr() {
        var bench = new Bench(Bench.subnet("192.168.77.100", "192.168.77.100", Map.of()));
        bench.reply(discover(1));
        assertEquals(Silence.NO_FREE_ADDRESS, bench.silence(discover(2)));

        var selecting = DhcpMessage.fromClient(
                        MacAddress.parse("52:54:00:77:00:01"),
                        1,
                        DhcpOptions.of(
                                new DhcpOption.Type(MessageType.REQUEST),
                                new DhcpOption.ServerIdentifier(Bench.SERVER)))
                .withClientAddress(Ipv4.parse("192.168.77.100"));
        assertEquals(MessageType.ACK, bench.reply(selecting).type().orElseThrow());
    }

    private static DhcpMessage discover(int number) {
        return DhcpMessage.fromClient(
                MacAddress.parse("52:54:00:77:00:0" + number),
                number,
                DhcpOptions.of(new DhcpOption.Type(MessageType.DISCOVER)));
    }
}
