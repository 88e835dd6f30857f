package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class NetlinkMessageTest {

    private static ByteBuffer hex(String text) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(text.replace(" ", "")));
    }

    /** ifinfomsg of an Ethernet card, then IFNAME, ADDRESS, MTU, CARRIER and PERM_ADDRESS. */
    private static final String LINK =
            "0000 0100 02000000 43100100 00000000" + " 09000300 65746830 00000000" + " 0a000100 525400770001 0000"
                    + " 08000400 dc050000" + " 05002100 01000000" + " 0a003600 525400770002 0000";

    @Test
    void readsALink() {
        assertEquals(
                new NetlinkMessage.Link(2, "eth0", 1, "52:54:00:77:00:01", "52:54:00:77:00:02", 1500, true, true),
                NetlinkMessage.read(NetlinkMessage.NEWLINK, hex(LINK)).orElseThrow());
    }

    @Test
    void prefersTheBurntInAddressWhereTheDriverTellsIt() {
        var link = (NetlinkMessage.Link)
                NetlinkMessage.read(NetlinkMessage.NEWLINK, hex(LINK)).orElseThrow();
        assertEquals("52:54:00:77:00:02", link.stableMac());
        assertTrue(link.isEthernet());
    }

    @Test
    void readsAnAddress() {
        var message = NetlinkMessage.read(
                NetlinkMessage.NEWADDR, hex("02180000 02000000 08000100 c0a84d0a 08000200 c0a84d0a"));
        assertEquals(new NetlinkMessage.Address(2, InetAddress.ofLiteral("192.168.77.10"), 24), message.orElseThrow());
    }

    @Test
    void readsTheDefaultRouteOfTheMainTable() {
        var message = NetlinkMessage.read(
                NetlinkMessage.NEWROUTE, hex("02000000 fe100001 00000000 08000500 c0a84d01 08000400 02000000"));
        assertEquals(
                new NetlinkMessage.Route(null, 0, InetAddress.ofLiteral("192.168.77.1"), 2, 0), message.orElseThrow());
    }

    @Test
    void passesOverTheLocalTable() {
        assertTrue(NetlinkMessage.read(NetlinkMessage.NEWROUTE, hex("02200000 ff020001 00000000"))
                .isEmpty());
    }

    @Test
    void refusesAnAttributeThatIsLongerThanItsMessage() {
        assertThrows(
                IllegalArgumentException.class,
                () -> NetlinkMessage.read(
                        NetlinkMessage.NEWLINK, hex("0000 0100 02000000 43100100 00000000 ff000300 65746830")));
    }
}
