package dev.garboard.dhcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the options of a message: behind the cookie and, where option 52 says so, in {@code file} and {@code sname}, in the
 * order of RFC 3396. Parts of the same code are joined before they are decoded.
 */
final class OptionReader {

    private static final int PAD = 0;
    private static final int OVERLOAD = 52;
    private static final int END = 255;

    private final ByteBuffer datagram;
    private final Map<Integer, ByteArrayOutputStream> parts = new LinkedHashMap<>();

    OptionReader(ByteBuffer datagram) {
        this.datagram = datagram;
    }

    /** The options, and which of the two text fields were used for them. */
    record Found(DhcpOptions options, boolean bootFileIsOptions, boolean serverNameIsOptions) {}

    Found read() {
        int start = DhcpCodec.HEADER + 4;
        collect(datagram.slice(start, datagram.limit() - start));
        var overload = parts.get(OVERLOAD);
        int overloaded = overload == null || overload.size() != 1 ? 0 : overload.toByteArray()[0];
        boolean bootFile = (overloaded & 1) != 0;
        boolean serverName = (overloaded & 2) != 0;
        if (bootFile) {
            collect(datagram.slice(DhcpCodec.FILE, DhcpCodec.FILE_LENGTH));
        }
        if (serverName) {
            collect(datagram.slice(DhcpCodec.SNAME, DhcpCodec.SNAME_LENGTH));
        }
        parts.remove(OVERLOAD);
        var options = new ArrayList<DhcpOption>(parts.size());
        parts.forEach((code, value) -> options.add(DhcpOptionCodec.read(code, Octets.copyOf(value.toByteArray()))));
        return new Found(new DhcpOptions(options), bootFile, serverName);
    }

    private void collect(ByteBuffer area) {
        // An area that ends without END is common enough to be let pass.
        while (area.hasRemaining()) {
            int code = area.get() & 255;
            if (code == PAD) {
                continue;
            }
            if (code == END) {
                return;
            }
            if (!area.hasRemaining()) {
                throw new MalformedDhcpException(
                        MalformedDhcpException.Fault.TRUNCATED_OPTION, "option " + code + " ends before its length");
            }
            int length = area.get() & 255;
            if (length > area.remaining()) {
                throw new MalformedDhcpException(
                        MalformedDhcpException.Fault.TRUNCATED_OPTION,
                        "option " + code + " says it has " + length + " bytes, " + area.remaining() + " are left");
            }
            var value = new byte[length];
            area.get(value);
            parts.computeIfAbsent(code, _ -> new ByteArrayOutputStream(length)).writeBytes(value);
        }
    }
}
