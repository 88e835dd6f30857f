package dev.garboard.inventory;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** MAC addresses in the one form that the inventory keeps: lower case with colons. */
public final class MacAddresses {

    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private MacAddresses() {}

    /** The address from text with colons, hyphens, dots or nothing between its digits; empty when it has not 12 hex digits. */
    public static Optional<String> normalize(String text) {
        var digits =
                text.toLowerCase(Locale.ROOT).replace(":", "").replace("-", "").replace(".", "");
        if (digits.length() != 12 || !Syntax.hex(digits)) {
            return Optional.empty();
        }
        return Optional.of(COLONS.formatHex(HexFormat.of().parseHex(digits)));
    }

    /** The address of six bytes. */
    public static String of(byte[] octets) {
        if (octets.length != 6) {
            throw new IllegalArgumentException("a MAC address of " + octets.length + " bytes, expected 6");
        }
        return COLONS.formatHex(octets);
    }

    /** Without separators, for names. */
    public static String compact(String mac) {
        return mac.replace(":", "");
    }

    /** Neither all zero, all ones nor a group address: it can belong to one card. */
    public static boolean isIndividual(String mac) {
        return !mac.equals("00:00:00:00:00:00") && (Integer.parseInt(mac.substring(0, 2), 16) & 1) == 0;
    }
}
