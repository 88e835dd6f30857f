package dev.garboard.inventory;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.OptionalLong;

/** IPv4 addresses as text and as numbers, without a look-up of names. */
public final class Ipv4 {

    private Ipv4() {}

    /** The address as an unsigned number; empty when the text is not four decimal numbers without leading zeros. */
    public static OptionalLong number(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (var part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !Syntax.digits(part)
                    || (part.length() > 1 && part.startsWith("0"))) {
                return OptionalLong.empty();
            }
            int octet = Integer.parseInt(part);
            if (octet > 255) {
                return OptionalLong.empty();
            }
            value = (value << 8) | octet;
        }
        return OptionalLong.of(value);
    }

    /** The address in dotted form. */
    public static String text(long number) {
        return ((number >> 24) & 255) + "." + ((number >> 16) & 255) + "." + ((number >> 8) & 255) + "."
                + (number & 255);
    }

    /** The address for a text that {@link #number} accepts. */
    public static Inet4Address address(String text) {
        var value = number(text).orElseThrow(() -> new IllegalArgumentException("not an IPv4 address: " + text));
        var octets = new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
        try {
            return (Inet4Address) InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are no address", impossible);
        }
    }
}
