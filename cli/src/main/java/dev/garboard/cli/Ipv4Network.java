package dev.garboard.cli;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** An IPv4 block, and the part of it that a new site hands out. */
record Ipv4Network(long base, int prefix) {

    private static final Pattern CIDR = Pattern.compile("([0-9.]+)/([0-9]{1,2})");

    static Ipv4Network parse(String cidr) {
        var match = CIDR.matcher(cidr);
        if (!match.matches()) {
            throw new CommandException(
                    ExitCode.USAGE, "\"" + cidr + "\" is not a subnet; expected ADDRESS/LENGTH such as 192.0.2.0/24");
        }
        return of(address(match.group(1)), Integer.parseInt(match.group(2)));
    }

    static Ipv4Network of(Inet4Address member, int prefix) {
        if (prefix < 8 || prefix > 29) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "a subnet of length /" + prefix
                            + " cannot be served; expected /8 to /29 (for a pool and a server)");
        }
        return new Ipv4Network(number(member) & mask(prefix), prefix);
    }

    /** A literal address; names are refused, since they could resolve to another address tomorrow. */
    static Inet4Address address(String literal) {
        try {
            if (literal.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
                    && InetAddress.getByName(literal) instanceof Inet4Address address) {
                return address;
            }
        } catch (UnknownHostException invalid) {
            // Said below, with every other way to get it wrong.
        }
        throw new CommandException(
                ExitCode.USAGE, "\"" + literal + "\" is not an IPv4 address; expected one such as 192.0.2.1");
    }

    /** First and last address to hand out: the middle of the block, without the server. */
    record Range(String first, String last) {}

    Range poolWithout(Inet4Address server) {
        long size = 1L << (32 - prefix);
        // 100 to 200 of a /24, and the same share of other sizes: room below and above for what is configured by hand.
        long first = base + Math.max(2, size * 100 / 256);
        long last = base + size * 200 / 256;
        long taken = number(server);
        if (taken >= first && taken <= last) {
            if (taken - first > last - taken) {
                last = taken - 1;
            } else {
                first = taken + 1;
            }
        }
        return new Range(text(first), text(last));
    }

    boolean contains(Inet4Address address) {
        return (number(address) & mask(prefix)) == base;
    }

    @Override
    public String toString() {
        return text(base) + "/" + prefix;
    }

    private static long mask(int prefix) {
        return (0xffff_ffffL << (32 - prefix)) & 0xffff_ffffL;
    }

    private static long number(Inet4Address address) {
        long number = 0;
        for (byte octet : address.getAddress()) {
            number = number << 8 | (octet & 0xff);
        }
        return number;
    }

    private static String text(long number) {
        return (number >> 24 & 255) + "." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255);
    }
}
