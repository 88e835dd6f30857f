package dev.garboard.agent.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the kernel tells over rtnetlink, as far as a node needs it. */
public sealed interface NetlinkMessage {

    /** RTM_NEWLINK: one interface. {@code permanentMac} is empty where the driver does not tell. */
    record Link(
            int index,
            String name,
            int hardwareType,
            String mac,
            String permanentMac,
            int mtu,
            boolean up,
            boolean carrier)
            implements NetlinkMessage {

        private static final int ETHERNET = 1;

        /** Whether DHCP can run over it. */
        public boolean isEthernet() {
            return hardwareType == ETHERNET;
        }

        /** The address burnt into the card, as far as that is known. */
        public String stableMac() {
            return permanentMac.isEmpty() ? mac : permanentMac;
        }
    }

    /** RTM_NEWADDR: one address of an interface. */
    record Address(int index, InetAddress address, int prefixLength) implements NetlinkMessage {}

    /** RTM_NEWROUTE: one route of the main table; no destination means default. */
    record Route(
            @Nullable InetAddress destination,
            int prefixLength,
            @Nullable InetAddress gateway,
            int index,
            int metric) implements NetlinkMessage {}

    int NEWLINK = 16;
    int NEWADDR = 20;
    int NEWROUTE = 24;

    /** Reads the body of one message, behind its header; empty for what a node does not use. */
    static Optional<NetlinkMessage> read(int type, ByteBuffer body) {
        var in = body.slice().order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case NEWLINK -> Optional.of(readLink(in));
            case NEWADDR -> Optional.of(readAddress(in));
            case NEWROUTE -> readRoute(in);
            default -> Optional.empty();
        };
    }

    private static Link readLink(ByteBuffer in) {
        final int ifUp = 1;
        int hardwareType = in.getShort(2) & 0xffff;
        int index = in.getInt(4);
        boolean up = (in.getInt(8) & ifUp) != 0;
        String name = "";
        String mac = "";
        String permanent = "";
        int mtu = 0;
        boolean carrier = false;
        for (var attributes = new Attributes(in, 16); attributes.next(); ) {
            switch (attributes.type()) {
                case 1 -> mac = mac(attributes.value());
                case 3 -> name = text(attributes.value());
                case 4 -> mtu = attributes.value().getInt(0);
                case 33 -> carrier = attributes.value().get(0) != 0;
                case 54 -> permanent = mac(attributes.value());
                default -> {
                    // Statistics and driver matters.
                }
            }
        }
        return new Link(index, name, hardwareType, mac, permanent, mtu, up, carrier);
    }

    private static Address readAddress(ByteBuffer in) {
        int prefixLength = in.get(1) & 255;
        int index = in.getInt(4);
        InetAddress address = null;
        for (var attributes = new Attributes(in, 8); attributes.next(); ) {
            // IFA_LOCAL is the own address; on a point-to-point link IFA_ADDRESS is the peer's.
            if (attributes.type() == 2 || (attributes.type() == 1 && address == null)) {
                address = address(attributes.value());
            }
        }
        if (address == null) {
            throw new IllegalArgumentException("the kernel told an address of interface " + index + " without a value");
        }
        return new Address(index, address, prefixLength);
    }

    private static Optional<NetlinkMessage> readRoute(ByteBuffer in) {
        final int mainTable = 254;
        final int unicast = 1;
        if ((in.get(4) & 255) != mainTable || in.get(7) != unicast) {
            return Optional.empty();
        }
        int prefixLength = in.get(1) & 255;
        InetAddress destination = null;
        InetAddress gateway = null;
        int index = 0;
        int metric = 0;
        for (var attributes = new Attributes(in, 12); attributes.next(); ) {
            switch (attributes.type()) {
                case 1 -> destination = address(attributes.value());
                case 4 -> index = attributes.value().getInt(0);
                case 5 -> gateway = address(attributes.value());
                case 6 -> metric = attributes.value().getInt(0);
                default -> {
                    // Preferences that a node does not set.
                }
            }
        }
        return Optional.of(new Route(destination, prefixLength, gateway, index, metric));
    }

    private static String mac(ByteBuffer value) {
        return value.remaining() == 6 ? HexFormat.ofDelimiter(":").formatHex(bytes(value)) : "";
    }

    private static String text(ByteBuffer value) {
        byte[] bytes = bytes(value);
        int length = bytes.length > 0 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static InetAddress address(ByteBuffer value) {
        try {
            return InetAddress.getByAddress(bytes(value));
        } catch (UnknownHostException odd) {
            throw new IllegalArgumentException("an address of " + value.remaining() + " octets", odd);
        }
    }

    private static byte[] bytes(ByteBuffer value) {
        var bytes = new byte[value.remaining()];
        value.get(0, bytes);
        return bytes;
    }

    /** Walks over {@code struct rtattr}: length, type, value, padding to four octets. */
    final class Attributes {

        private final ByteBuffer in;
        private int position;
        private int type;
        private ByteBuffer value;

        Attributes(ByteBuffer in, int from) {
            this.in = in;
            this.position = from;
            this.value = in;
        }

        boolean next() {
            if (position + 4 > in.limit()) {
                return false;
            }
            int length = in.getShort(position) & 0xffff;
            if (length < 4 || position + length > in.limit()) {
                throw new IllegalArgumentException(
                        "an attribute of " + length + " octets at " + position + " of " + in.limit());
            }
            // The two highest bits say nested and byte order.
            type = in.getShort(position + 2) & 0x3fff;
            value = in.slice(position + 4, length - 4).order(ByteOrder.LITTLE_ENDIAN);
            position += (length + 3) & ~3;
            return true;
        }

        int type() {
            return type;
        }

        ByteBuffer value() {
            return value;
        }
    }
}
