package dev.garboard.dhcp;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * DHCPv4 messages from bytes and to bytes. It works on the JDK's buffers, so the node agent, which is a client of it, needs
 * no Netty.
 */
public final class DhcpCodec {

    /** Of the fixed fields; the cookie and the options follow. */
    static final int HEADER = 236;

    static final int SNAME = 44;
    static final int SNAME_LENGTH = 64;
    static final int FILE = 108;
    static final int FILE_LENGTH = 128;
    static final int COOKIE = 0x63825363;

    /** Some old clients and relays drop what is shorter (RFC 1542 section 2.1). */
    public static final int MINIMUM = 300;

    /** What an Ethernet frame carries, less the headers of IP and UDP. */
    public static final int MAXIMUM = 1472;

    private static final int CHADDR = 28;
    private static final int CHADDR_LENGTH = 16;

    private DhcpCodec() {}

    /** Reads one datagram's payload. */
    public static DhcpMessage decode(byte[] datagram) {
        return decode(ByteBuffer.wrap(datagram));
    }

    /** Reads what remains of the buffer. */
    public static DhcpMessage decode(ByteBuffer datagram) {
        var in = datagram.slice();
        try {
            return read(in);
        } catch (MalformedDhcpException malformed) {
            throw malformed.from(hardwareAddress(in));
        }
    }

    /** So that whoever sent it can be found; with an impossible length it is the six octets of an Ethernet address. */
    private static String hardwareAddress(ByteBuffer in) {
        if (in.limit() < CHADDR + CHADDR_LENGTH) {
            return "";
        }
        int said = in.get(2) & 255;
        var octets = new byte[said == 0 || said > CHADDR_LENGTH ? 6 : said];
        in.get(CHADDR, octets);
        return HexFormat.ofDelimiter(":").formatHex(octets);
    }

    private static DhcpMessage read(ByteBuffer in) {
        if (in.remaining() < HEADER + 4) {
            throw new MalformedDhcpException(
                    MalformedDhcpException.Fault.TOO_SHORT,
                    "the datagram has " + in.remaining() + " bytes, expected " + (HEADER + 4) + " or more");
        }
        if (in.getInt(HEADER) != COOKIE) {
            throw new MalformedDhcpException(
                    MalformedDhcpException.Fault.NO_COOKIE,
                    "the magic cookie is %08x, expected %08x".formatted(in.getInt(HEADER), COOKIE));
        }
        int op = in.get(0);
        if (op != 1 && op != 2) {
            throw new MalformedDhcpException(
                    MalformedDhcpException.Fault.WRONG_OP, "op is " + op + ", expected 1 or 2");
        }
        int hardwareLength = in.get(2) & 255;
        if (hardwareLength > CHADDR_LENGTH) {
            throw new MalformedDhcpException(
                    MalformedDhcpException.Fault.HARDWARE_ADDRESS_TOO_LONG,
                    "hlen is " + hardwareLength + ", expected at most " + CHADDR_LENGTH);
        }
        var options = new OptionReader(in).read();
        return new DhcpMessage(
                op == 2,
                in.get(1) & 255,
                Octets.rest(in.slice(CHADDR, hardwareLength)),
                in.get(3) & 255,
                in.getInt(4),
                in.getChar(8),
                in.getChar(10),
                Ipv4.of(in.getInt(12)),
                Ipv4.of(in.getInt(16)),
                Ipv4.of(in.getInt(20)),
                Ipv4.of(in.getInt(24)),
                options.serverNameIsOptions() ? "" : text(in.slice(SNAME, SNAME_LENGTH)),
                options.bootFileIsOptions() ? "" : text(in.slice(FILE, FILE_LENGTH)),
                options.options());
    }

    /** Writes a message as long as it is. */
    public static byte[] encode(DhcpMessage message) {
        return encode(message, 0, 0xFFFF - 28)
                .orElseThrow(() -> new IllegalArgumentException("the options do not fit a datagram"));
    }

    /**
     * Writes a message of at least {@code minimum} bytes, padded with zeros.
     *
     * @return nothing if it would be longer than {@code maximum}
     */
    public static Optional<byte[]> encode(DhcpMessage message, int minimum, int maximum) {
        return OptionWriter.plain(message.options(), maximum - HEADER - 4)
                .map(areas -> assemble(message, areas, minimum));
    }

    /**
     * Likewise, but with options in {@code sname} and, if {@code file} is empty too, in {@code file} (option 52): the last
     * resort, which not every firmware can read.
     */
    public static Optional<byte[]> encodeOverloaded(DhcpMessage message, int minimum, int maximum) {
        return OptionWriter.overloaded(
                        message.options(),
                        maximum - HEADER - 4,
                        message.serverName().isEmpty(),
                        message.bootFile().isEmpty())
                .map(areas -> assemble(message, areas, minimum));
    }

    private static byte[] assemble(DhcpMessage message, OptionWriter.Areas areas, int minimum) {
        var out = ByteBuffer.allocate(
                Math.max(minimum, HEADER + 4 + areas.options().length()));
        out.put((byte) (message.reply() ? 2 : 1));
        out.put((byte) message.hardwareType());
        out.put((byte) message.hardwareAddress().length());
        out.put((byte) message.hops());
        out.putInt(message.transactionId());
        out.putChar((char) message.seconds());
        out.putChar((char) message.flags());
        out.put(message.clientAddress().getAddress());
        out.put(message.yourAddress().getAddress());
        out.put(message.nextServer().getAddress());
        out.put(message.relay().getAddress());
        out.put(message.hardwareAddress().toArray());
        putField(out, SNAME, SNAME_LENGTH, message.serverName(), areas.serverName());
        putField(out, FILE, FILE_LENGTH, message.bootFile(), areas.bootFile());
        out.position(HEADER).putInt(COOKIE).put(areas.options().toArray());
        return out.array();
    }

    private static void putField(ByteBuffer out, int offset, int length, String text, Octets options) {
        if (!options.isEmpty()) {
            out.position(offset).put(options.toArray());
            return;
        }
        var bytes = Octets.ofText(text);
        if (bytes.length() >= length) {
            throw new IllegalArgumentException(
                    "'" + text + "' has " + bytes.length() + " bytes, the field holds " + (length - 1) + " and a NUL");
        }
        out.position(offset).put(bytes.toArray());
    }

    /** Up to the first NUL: what is behind it may be anything. */
    private static String text(ByteBuffer field) {
        int end = 0;
        // The last octet is the NUL's place, so that what was read can be written.
        while (end < field.limit() - 1 && field.get(end) != 0) {
            end++;
        }
        return Octets.rest(field.limit(end)).toText();
    }
}
