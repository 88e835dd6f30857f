package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.FromText;
import dev.garboard.nodeconfig.binding.Ipv4Text;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 network such as 10.244.0.0/16.
 *
 * @param bits the network's address as a number
 * @param prefix length of the network part, 0 to 32
 */
public record Cidr(int bits, int prefix) {

    private static final String EXPECTED = "an IPv4 network such as 10.244.0.0/16";

    public Cidr {
        if (prefix < 0 || prefix > 32 || (bits & ~mask(prefix)) != 0) {
            throw new IllegalArgumentException("a network without host bits and a prefix of 0 to 32");
        }
    }

    /**
     * Reads a network.
     *
     * @throws IllegalArgumentException with the words for what is expected
     */
    @FromText(EXPECTED)
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d|[12]\\d|3[0-2]")) {
            throw new IllegalArgumentException(EXPECTED);
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        int bits = number(address(text.substring(0, slash)));
        if ((bits & ~mask(prefix)) != 0) {
            throw new IllegalArgumentException(
                    "a network without host bits: " + of(address(bits & mask(prefix)), prefix));
        }
        return new Cidr(bits, prefix);
    }

    /** The network that an address with this prefix lies in. */
    public static Cidr of(Inet4Address address, int prefix) {
        return new Cidr(number(address) & mask(prefix), prefix);
    }

    /**
     * Reads an address without asking any name server.
     *
     * @throws IllegalArgumentException with the words for what is expected
     */
    public static Inet4Address address(String text) {
        return Ipv4Text.parse(text);
    }

    /** Whether the address lies in this network. */
    public boolean contains(Inet4Address address) {
        return (number(address) & mask(prefix)) == bits;
    }

    /** Whether the whole other network lies in this one. */
    public boolean contains(Cidr other) {
        return other.prefix >= prefix && (other.bits & mask(prefix)) == bits;
    }

    /** Whether the two share an address. */
    public boolean overlaps(Cidr other) {
        return contains(other) || other.contains(this);
    }

    /**
     * The address at a position, 0 being the network's own; for example 10 of 10.96.0.0/16 is 10.96.0.10.
     *
     * @throws IllegalArgumentException when the network is smaller
     */
    public Inet4Address host(int index) {
        if (index < 0 || (prefix > 0 && index >= 1L << (32 - prefix))) {
            throw new IllegalArgumentException("the network " + this + " has no address number " + index);
        }
        return address(bits + index);
    }

    /**
     * The subnetwork at a position, for example number 2 with prefix 24 of 10.244.0.0/16 is 10.244.2.0/24.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Cidr subnet(int index, int length) {
        if (length < prefix || length > 32 || index < 0 || index >= 1L << (length - prefix)) {
            throw new IllegalArgumentException("the network " + this + " has no /" + length + " number " + index);
        }
        return new Cidr(bits + (int) ((long) index << (32 - length)), length);
    }

    private static int number(Inet4Address address) {
        int number = 0;
        for (byte octet : address.getAddress()) {
            number = number << 8 | (octet & 0xFF);
        }
        return number;
    }

    private static Inet4Address address(int bits) {
        var octets = new byte[] {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
        try {
            return (Inet4Address) InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four octets are an address", impossible);
        }
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (32 - prefix);
    }

    /** For example {@code 10.244.0.0/16}. */
    @Override
    public String toString() {
        return address(bits).getHostAddress() + "/" + prefix;
    }
}
