package dev.garboard.dhcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A search list in DNS form, RFC 3397: labels with lengths, and pointers back into the same option. */
final class DomainNames {

    private static final int MAX_NAME = 255;
    private static final int MAX_LABEL = 63;
    private static final int POINTER = 0xC0;

    private DomainNames() {}

    static List<String> read(ByteBuffer in) {
        var names = new ArrayList<String>();
        while (in.hasRemaining()) {
            names.add(readName(in));
        }
        return List.copyOf(names);
    }

    static void write(List<String> names, ByteArrayOutputStream out) {
        for (var name : names) {
            for (var label : name.split("\\.", -1)) {
                var bytes = label.getBytes(StandardCharsets.ISO_8859_1);
                if (bytes.length == 0 || bytes.length > MAX_LABEL) {
                    throw new IllegalArgumentException("'" + name + "' is not a domain name");
                }
                out.write(bytes.length);
                out.writeBytes(bytes);
            }
            out.write(0);
        }
    }

    private static String readName(ByteBuffer in) {
        var name = new StringBuilder();
        var at = in;
        int start = in.position();
        while (true) {
            int length = at.get() & 255;
            if (length == 0) {
                if (name.isEmpty()) {
                    throw new MalformedDhcpException("an empty name in option 119");
                }
                return name.toString();
            }
            if ((length & POINTER) == POINTER) {
                int target = ((length & ~POINTER) << 8) | (at.get() & 255);
                // A pointer that only goes backwards cannot go round in circles.
                if (target >= start) {
                    throw new MalformedDhcpException("a pointer forwards in option 119");
                }
                at = in.duplicate().position(target);
                start = target;
                continue;
            }
            if (length > MAX_LABEL || length > at.remaining() || name.length() + length > MAX_NAME) {
                throw new MalformedDhcpException("a label of " + length + " bytes in option 119");
            }
            var bytes = new byte[length];
            at.get(bytes);
            var label = new String(bytes, StandardCharsets.ISO_8859_1);
            if (label.indexOf('.') >= 0) {
                // DNS could carry it, but no text of a name could tell it from two labels.
                throw new MalformedDhcpException("a label with a dot in option 119");
            }
            name.append(name.isEmpty() ? "" : ".").append(label);
        }
    }
}
