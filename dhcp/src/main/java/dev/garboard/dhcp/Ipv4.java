package dev.garboard.dhcp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** IPv4 addresses as numbers and as text, never by way of a name lookup. */
public final class Ipv4 {

    public static final Inet4Address ANY = of(0);
    public static final Inet4Address BROADCAST = of(-1);

    private Ipv4() {}

    public static Inet4Address of(int bits) {
        return of(new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits});
    }

    /** Parses four decimal numbers; a host name is refused, not looked up. */
    public static Inet4Address parse(String text) {
        var parts = text.split("\\.", -1);
        int bits = 0;
        if (parts.length != 4) {
            throw notAnAddress(text);
        }
        for (var part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw notAnAddress(text);
            }
            int value = Integer.parseInt(part);
            if (value > 255) {
                throw notAnAddress(text);
            }
            bits = (bits << 8) | value;
        }
        return of(bits);
    }

    public static int bits(Inet4Address address) {
        var b = address.getAddress();
        return ((b[0] & 255) << 24) | ((b[1] & 255) << 16) | ((b[2] & 255) << 8) | (b[3] & 255);
    }

    public static boolean isAny(Inet4Address address) {
        return address.isAnyLocalAddress();
    }

    /** The netmask of a prefix of 0 to 32 bits. */
    public static Inet4Address mask(int prefixLength) {
        return of(maskBits(prefixLength));
    }

    /** The length of the prefix that a netmask stands for. */
    public static int prefixLength(Inet4Address mask) {
        int bits = bits(mask);
        int length = Integer.bitCount(bits);
        if (bits != maskBits(length)) {
            throw new IllegalArgumentException("netmask " + mask.getHostAddress() + " has a hole");
        }
        return length;
    }

    static int maskBits(int prefixLength) {
        if (prefixLength < 0 || prefixLength > 32) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is not in 0 to 32");
        }
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    private static Inet4Address of(byte[] octets) {
        try {
            return (Inet4Address) InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 octets are always an IPv4 address", impossible);
        }
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is not an IPv4 address, expected for example 192.168.77.1");
    }
}
