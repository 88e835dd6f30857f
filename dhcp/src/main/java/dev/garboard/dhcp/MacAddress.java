package dev.garboard.dhcp;

import java.util.HexFormat;
import java.util.Locale;

/** An Ethernet hardware address of 6 octets. */
public record MacAddress(Octets octets) implements Comparable<MacAddress> {

    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    public MacAddress {
        if (octets.length() != 6) {
            throw new IllegalArgumentException("a MAC address has 6 octets, not " + octets.length());
        }
    }

    /** Parses {@code 52:54:00:77:00:01}, also with dashes and in capitals. */
    public static MacAddress parse(String text) {
        try {
            return new MacAddress(
                    Octets.copyOf(COLONS.parseHex(text.replace('-', ':').toLowerCase(Locale.ROOT))));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a MAC address, expected for example 52:54:00:77:00:01", malformed);
        }
    }

    @Override
    public int compareTo(MacAddress other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return COLONS.formatHex(octets.toArray());
    }
}
