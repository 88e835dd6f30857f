package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.Arch;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Fixtures;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import dev.garboard.dhcp.client.ClientIdentity;
import dev.garboard.dhcp.client.ClientMessages;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClientTest {

    private static final MacAddress MAC = MacAddress.parse("52:54:00:77:00:01");

    static Client client(String fixture) {
        var message = Fixtures.message(fixture);
        return Client.of(message, message.mac().orElseThrow());
    }

    static Client client(DhcpOption... options) {
        return Client.of(DhcpMessage.fromClient(MAC, 1, DhcpOptions.of(options)), MAC);
    }

    static List<String> fixtures() {
        return Fixtures.names();
    }

    @ParameterizedTest
    @CsvSource({
        "a-seabios-ipxerom-e1000-01-discover,             IPXE,      x86-bios",
        "b-seabios-ipxerom-undionly-08-discover,          IPXE,      x86-bios",
        "b-seabios-plainpxe-undionly-01-discover,         PXE,       x86-bios",
        "b-seabios-plainpxe-undionly-05-request,          PXE,       x86-bios",
        "b-seabios-plainpxe-undionly-08-discover,         IPXE,      x86-bios",
        "c-ovmf-pxev4-snponly.efi-01-discover,            PXE,       x64-uefi",
        "c-ovmf-pxev4-snponly.efi-03-request,             PXE,       x64-uefi",
        "c-ovmf-pxev4-snponly.efi-07-discover,            IPXE,      x64-uefi",
        "c-ovmf-e1000-defaultrom-01-discover,             IPXE,      x64-uefi",
        "d-ovmf-booturi-01-discover,                      HTTP_BOOT, x64-uefi-http",
        "f-sb-ipxe-snponly-signed.efi-01-discover,        HTTP_BOOT, x64-uefi-http",
        "f-sb-ipxe-snponly-signed.efi-05-discover,        IPXE,      x64-uefi",
        "f-shimgrub-msvars-01-discover,                   PXE,       x64-uefi",
        "g-trust-own-01-discover,                         IPXE,      x86-bios"
    })
    void capturedFirmwareIsRecognised(String fixture, ClientKind kind, String architecture) {
        var client = client(fixture);

        assertEquals(kind, client.kind());
        assertEquals(architecture, client.architecture().orElseThrow().label());
        // QEMU without -uuid sends zeros, which identify nobody.
        assertNull(client.uuid());
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void everyCapturedPacketBoots(String fixture) {
        assertTrue(client(fixture).kind().boots());
    }

    @Test
    void theAgentIsRecognisedByItsVendorClassAndNamesItsSession() {
        var discover = new ClientMessages(ClientIdentity.agent(MAC, "0123")).discover(1);

        var client = Client.of(discover, MAC);

        assertEquals(ClientKind.AGENT, client.kind());
        assertEquals("0123", client.bootSession());
    }

    @Test
    void aPlainHostIsRecognisedByWhatItDoesNotSay() {
        assertEquals(ClientKind.HOST, client(new DhcpOption.HostName("laptop")).kind());
    }

    @Test
    void aMissingOption93IsReadFromOption60() {
        var client = client(new DhcpOption.VendorClass("PXEClient:Arch:00011:UNDI:003000"));

        assertEquals(List.of(Arch.ARM64_UEFI), client.architectures());
        assertEquals(ClientKind.PXE, client.kind());
    }

    @Test
    void anUnassignedArchitectureIsKept() {
        var client = client(
                new DhcpOption.VendorClass("PXEClient"), new DhcpOption.Architectures(List.of(new Arch(0xFFFF))));

        assertEquals("unassigned-65535", client.architecture().orElseThrow().label());
    }

    @Test
    void uBootIsFirmwareAlthoughItsVendorClassIsItsOwn() {
        var client =
                client(new DhcpOption.VendorClass("U-Boot.armv8"), new DhcpOption.Architectures(List.of(new Arch(22))));

        assertEquals(ClientKind.PXE, client.kind());
    }

    @Test
    void iPxeWithAnotherUserClassIsRecognisedByItsOwnOptions() {
        var client = client(
                new DhcpOption.VendorClass("PXEClient:Arch:00000:UNDI:002001"),
                new DhcpOption.UserClass(Octets.ofText("garboard")),
                new DhcpOption.Ipxe(Octets.ofHex("130101")));

        assertEquals(ClientKind.IPXE, client.kind());
    }

    @Test
    void aRaspberryPiIsRecognisedByItsVendorPrefix() {
        var pi = MacAddress.parse("dc:a6:32:00:00:01");

        assertTrue(
                Client.of(DhcpMessage.fromClient(pi, 1, DhcpOptions.NONE), pi).isRaspberryPi());
    }
}
