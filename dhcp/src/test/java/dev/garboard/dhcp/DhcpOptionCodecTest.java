package dev.garboard.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class DhcpOptionCodecTest {

    record Vector(int code, String hex, DhcpOption option) {}

    static final List<Vector> vectors = List.of(
            new Vector(1, "ffffff00", new DhcpOption.SubnetMask(Ipv4.parse("255.255.255.0"))),
            new Vector(3, "c0a84d01", new DhcpOption.Routers(List.of(Ipv4.parse("192.168.77.1")))),
            new Vector(
                    6,
                    "c0a84d01c0a84d02",
                    new DhcpOption.DnsServers(List.of(Ipv4.parse("192.168.77.1"), Ipv4.parse("192.168.77.2")))),
            new Vector(7, "0a000001", new DhcpOption.LogServers(List.of(Ipv4.parse("10.0.0.1")))),
            new Vector(12, "6e6f64652d31", new DhcpOption.HostName("node-1")),
            new Vector(13, "0400", new DhcpOption.BootFileSize(1024)),
            new Vector(15, "6c61622e74657374", new DhcpOption.DomainName("lab.test")),
            new Vector(17, "2f6e6673", new DhcpOption.RootPath("/nfs")),
            new Vector(26, "05dc", new DhcpOption.InterfaceMtu(1500)),
            new Vector(28, "c0a84dff", new DhcpOption.BroadcastAddress(Ipv4.parse("192.168.77.255"))),
            new Vector(42, "c0a84d01", new DhcpOption.TimeServers(List.of(Ipv4.parse("192.168.77.1")))),
            new Vector(43, "060108ff", DhcpOption.VendorInformation.USE_THIS_BOOT_FILE),
            new Vector(50, "c0a84dc7", new DhcpOption.RequestedAddress(Ipv4.parse("192.168.77.199"))),
            new Vector(51, "ffffffff", new DhcpOption.LeaseTime(Duration.ofSeconds(0xFFFF_FFFFL))),
            new Vector(53, "03", new DhcpOption.Type(MessageType.REQUEST)),
            new Vector(54, "c0a84d01", new DhcpOption.ServerIdentifier(Ipv4.parse("192.168.77.1"))),
            new Vector(55, "3c004375", new DhcpOption.RequestList(List.of(60, 0, 67, 117))),
            new Vector(56, "6e6f", new DhcpOption.Text("no")),
            new Vector(57, "05c0", new DhcpOption.MaximumSize(1472)),
            new Vector(58, "0000003c", new DhcpOption.RenewalTime(Duration.ofSeconds(60))),
            new Vector(59, "00000069", new DhcpOption.RebindingTime(Duration.ofSeconds(105))),
            new Vector(60, "505845436c69656e74", new DhcpOption.VendorClass("PXEClient")),
            new Vector(61, "01525400770001", new DhcpOption.ClientIdentifier(Octets.ofHex("01525400770001"))),
            new Vector(66, "3139322e302e322e31", new DhcpOption.TftpServerName("192.0.2.1")),
            new Vector(67, "612e65666900", new DhcpOption.BootFileName("a.efi")),
            new Vector(77, "0469505845", new DhcpOption.UserClass(Octets.ofHex("0469505845"))),
            new Vector(82, "010461626364", new DhcpOption.RelayAgent(Octets.ofHex("010461626364"))),
            new Vector(93, "00070010", new DhcpOption.Architectures(List.of(Arch.X64_UEFI, Arch.X64_UEFI_HTTP))),
            new Vector(94, "01030a", new DhcpOption.NetworkInterface(1, 3, 10)),
            new Vector(
                    97,
                    "00000102030405060708090a0b0c0d0e0f",
                    new DhcpOption.MachineIdentifier(Octets.ofHex("00000102030405060708090a0b0c0d0e0f"))),
            new Vector(114, "68747470733a2f2f61", new DhcpOption.CaptivePortal("https://a")),
            new Vector(119, "036c6162047465737400", new DhcpOption.DomainSearch(List.of("lab.test"))),
            new Vector(
                    121,
                    "180a0000c0a84d0100c0a84d02",
                    new DhcpOption.ClasslessRoutes(List.of(
                            new Route(Ipv4.parse("10.0.0.0"), 24, Ipv4.parse("192.168.77.1")),
                            new Route(Ipv4.ANY, 0, Ipv4.parse("192.168.77.2"))))),
            new Vector(150, "c0a84d01", new DhcpOption.TftpServers(List.of(Ipv4.parse("192.168.77.1")))),
            new Vector(175, "b00101", DhcpOption.Ipxe.NO_PROXY),
            new Vector(224, "30313233", new DhcpOption.BootSession("0123")),
            new Vector(129, "0102", new DhcpOption.Unknown(129, Octets.ofHex("0102"))),
            new Vector(203, "", new DhcpOption.Unknown(203, Octets.EMPTY)),
            new Vector(54, "c0a8", new DhcpOption.Undecodable(54, Octets.ofHex("c0a8"), "2 bytes are too few")),
            new Vector(
                    54, "c0a84d0100", new DhcpOption.Undecodable(54, Octets.ofHex("c0a84d0100"), "1 bytes too many")),
            new Vector(53, "2a", new DhcpOption.Undecodable(53, Octets.ofHex("2a"), "message type 42 is not known")));

    @ParameterizedTest
    @FieldSource("vectors")
    void readsTheVector(Vector vector) {
        assertEquals(vector.option(), DhcpOptionCodec.read(vector.code(), Octets.ofHex(vector.hex())));
    }

    @ParameterizedTest
    @FieldSource("vectors")
    void writesTheVector(Vector vector) {
        assertEquals(
                vector.hex(),
                Octets.copyOf(DhcpOptionCodec.write(vector.option())).toString());
        assertEquals(vector.code(), vector.option().code());
    }

    @Test
    void everyPermittedRecordHasALineInTheTableAndAVector() {
        var permitted = new HashSet<>(Arrays.asList(DhcpOption.class.getPermittedSubclasses()));
        var vectorTypes =
                new HashSet<>(vectors.stream().map(v -> v.option().getClass()).toList());
        assertEquals(permitted, vectorTypes);

        DhcpOptionCodec.ENTRIES.forEach(entry -> permitted.remove(entry.type()));
        assertEquals(new HashSet<>(List.of(DhcpOption.Unknown.class, DhcpOption.Undecodable.class)), permitted);
    }

    @Test
    void anOddOctetBehindTheArchitecturesIsLetPass() {
        var option = DhcpOptionCodec.read(93, Octets.ofHex("000700"));

        assertEquals(new DhcpOption.Architectures(List.of(Arch.X64_UEFI)), option);
    }

    @Test
    void textMayEndWithNuls() {
        assertEquals(new DhcpOption.HostName("a"), DhcpOptionCodec.read(12, Octets.ofHex("610000")));
    }

    @Test
    void userClassesAreReadInBothForms() {
        assertEquals(List.of("iPXE"), new DhcpOption.UserClass(Octets.ofText("iPXE")).classes());
        assertEquals(List.of("iPXE"), new DhcpOption.UserClass(Octets.ofHex("0469505845")).classes());
        assertEquals(List.of("a", "bc"), new DhcpOption.UserClass(Octets.ofHex("0161026263")).classes());
    }

    @Test
    void vendorInformationNeedsNoEnd() {
        var option = new DhcpOption.VendorInformation(Octets.ofHex("060108"));

        assertEquals(List.of(SubOption.ofByte(6, 8)), option.subOptions());
    }

    @Test
    void searchListsMayBeCompressedButNotGoRoundInCircles() {
        // RFC 3397 section 2: "eng.apple.com." and "marketing.apple.com."
        var good = Octets.ofHex("03656e67056170706c6503636f6d00096d61726b6574696e67c004");
        assertEquals(
                new DhcpOption.DomainSearch(List.of("eng.apple.com", "marketing.apple.com")),
                DhcpOptionCodec.read(119, good));

        var circle = Octets.ofHex("0161c000");
        assertEquals(
                new DhcpOption.Undecodable(119, circle, "a pointer forwards in option 119"),
                DhcpOptionCodec.read(119, circle));
    }

    /** Found by the fuzzer: such a name was read, and could not be written again. */
    @Test
    void aLabelWithADotInASearchListIsNoName() {
        var dot = Octets.ofHex("012e00");

        assertEquals(
                new DhcpOption.Undecodable(119, dot, "a label with a dot in option 119"),
                DhcpOptionCodec.read(119, dot));
    }

    /** Both packets of this value came from a QEMU started with that -uuid: from OVMF and from the iPXE ROM. */
    @Test
    void uuidsAreThoseThatTheKernelShowsAndPlaceholdersIdentifyNobody() {
        assertEquals(
                true,
                new DhcpOption.MachineIdentifier(Octets.ofHex("00" + "ff".repeat(16)))
                        .uuid()
                        .isEmpty());
        assertEquals(
                "00112233-4455-6677-8899-aabbccddeeff",
                new DhcpOption.MachineIdentifier(Octets.ofHex("0033221100554477668899aabbccddeeff"))
                        .uuid()
                        .orElseThrow()
                        .toString());
    }
}
