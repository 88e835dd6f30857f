package dev.garboard.nodeconfig.binding;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** IPv4 addresses as texts, for which no name server is asked. */
public final class Ipv4Text {

    static final String EXPECTED = "an IPv4 address";

    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    private Ipv4Text() {}

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException with the words for what is expected
     */
    public static Inet4Address parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        var octets = new byte[4];
        for (int group = 1; group <= 4; group++) {
            int octet = Integer.parseInt(match.group(group));
            if (octet > 255) {
                throw new IllegalArgumentException(EXPECTED);
            }
            octets[group - 1] = (byte) octet;
        }
        try {
            return (Inet4Address) InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four octets are an address", impossible);
        }
    }
}
