package dev.garboard.dhcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseInfoTest {

    private static final MacAddress MAC = MacAddress.parse("52:54:00:77:00:01");

    private static DhcpMessage ack(String address, DhcpOption... more) {
        var options = DhcpOptions.of(
                new DhcpOption.Type(MessageType.ACK),
                new DhcpOption.ServerIdentifier(Ipv4.parse("192.168.77.1")),
                new DhcpOption.LeaseTime(Duration.ofSeconds(800)));
        for (var option : more) {
            options = options.without(old -> old.code() == option.code()).with(option);
        }
        var request = DhcpMessage.fromClient(MAC, 1, DhcpOptions.NONE);
        return new DhcpMessage(
                true,
                request.hardwareType(),
                request.hardwareAddress(),
                0,
                1,
                0,
                0,
                Ipv4.ANY,
                Ipv4.parse(address),
                Ipv4.ANY,
                Ipv4.ANY,
                "",
                "",
                options);
    }

    private static LeaseInfo lease(DhcpOption... more) {
        return LeaseInfo.of(ack("192.168.77.50", more)).orElseThrow();
    }

    /** RFC 1122 section 3.2.1.3 names the classes; without option 1 there is nothing else. */
    @ParameterizedTest
    @CsvSource({"10.1.2.3, 8", "127.0.0.1, 8", "128.0.0.1, 16", "191.255.0.1, 16", "192.0.0.1, 24", "223.0.0.1, 24"})
    void withoutAMaskTheClassCounts(String address, int prefix) {
        assertEquals(prefix, LeaseInfo.of(ack(address)).orElseThrow().prefixLength());
    }

    @Test
    void aMaskWithAHoleIsNone() {
        assertEquals(
                24, lease(new DhcpOption.SubnetMask(Ipv4.parse("255.0.255.0"))).prefixLength());
        assertEquals(20, lease(new DhcpOption.SubnetMask(Ipv4.mask(20))).prefixLength());
    }

    /** RFC 2131 section 4.4.5: T1 half and T2 seven eighths of the lease, and T1 before T2 before its end. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 400, 700",
        "100, 300, 100, 300",
        "300, 300, 300, 300",
        "301, 300, 300, 300",
        "0, 300, 300, 300",
        "0, 799, 400, 799",
        "0, 800, 400, 700",
        "699, 0, 699, 700",
        "700, 0, 400, 700"
    })
    void timesThatCannotBeAreReplaced(long renew, long rebind, long renewAfter, long rebindAfter) {
        var lease = lease(
                new DhcpOption.RenewalTime(Duration.ofSeconds(renew)),
                new DhcpOption.RebindingTime(Duration.ofSeconds(rebind)));

        assertEquals(
                List.of(renewAfter, rebindAfter),
                List.of(lease.renewAfter().toSeconds(), lease.rebindAfter().toSeconds()));
    }

    /** RFC 2132 section 5.1: the minimum legal value is 68. */
    @Test
    void anMtuThatIpCannotUseIsIgnored() {
        assertEquals(OptionalInt.empty(), lease(new DhcpOption.InterfaceMtu(67)).mtu());
        assertEquals(OptionalInt.of(68), lease(new DhcpOption.InterfaceMtu(68)).mtu());
    }

    @Test
    void whatLacksAPartIsNoLease() {
        assertTrue(LeaseInfo.of(ack("0.0.0.0")).isEmpty());
        assertTrue(LeaseInfo.of(ack("192.168.77.50", new DhcpOption.LeaseTime(Duration.ZERO)))
                .isEmpty());
        assertTrue(LeaseInfo.of(ack("192.168.77.50", new DhcpOption.Type(MessageType.NAK)))
                .isEmpty());
        for (int code : new int[] {51, 53, 54}) {
            var whole = ack("192.168.77.50");
            var lacking = whole.withOptions(whole.options().without(option -> option.code() == code));
            assertTrue(LeaseInfo.of(lacking).isEmpty(), () -> "without option " + code);
        }
    }
}
