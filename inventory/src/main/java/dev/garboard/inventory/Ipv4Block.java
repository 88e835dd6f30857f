package dev.garboard.inventory;

import java.util.Optional;

/**
 * A CIDR block.
 *
 * @param first the network address as an unsigned number
 * @param prefix number of leading bits, 0 to 32
 */
public record Ipv4Block(long first, int prefix) {

    /** The block in a text such as {@code 192.168.77.0/24}; empty when malformed or when bits beyond the prefix are set. */
    public static Optional<Ipv4Block> parse(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        var address = Ipv4.number(cidr.substring(0, slash));
        var bits = cidr.substring(slash + 1);
        if (address.isEmpty() || bits.isEmpty() || bits.length() > 2 || !Syntax.digits(bits)) {
            return Optional.empty();
        }
        var block = new Ipv4Block(address.getAsLong(), Integer.parseInt(bits));
        return block.prefix <= 32 && (block.first & (block.size() - 1)) == 0 ? Optional.of(block) : Optional.empty();
    }

    public long size() {
        return 1L << (32 - prefix);
    }

    public long last() {
        return first + size() - 1;
    }

    public boolean contains(long address) {
        return address >= first && address <= last();
    }

    /** Whether the text is an address of this block. */
    public boolean contains(String address) {
        var number = Ipv4.number(address);
        return number.isPresent() && contains(number.getAsLong());
    }

    /** Whether the two have an address in common. */
    public boolean overlaps(Ipv4Block other) {
        return first <= other.last() && other.first <= last();
    }

    /** Whether a host may have the address: in a block of up to 30 bits the first and last are the network and broadcast address. */
    public boolean isHost(long address) {
        return contains(address) && (prefix > 30 || (address != first && address != last()));
    }

    @Override
    public String toString() {
        return Ipv4.text(first) + "/" + prefix;
    }
}
