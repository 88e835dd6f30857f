package dev.garboard.trust;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The few lines of DER (X.690) that a certificate request and a subject need. The agent uses these instead of BouncyCastle, whose classes
 * then need not be in the node image.
 */
final class Der {

    static final int BIT_STRING = 0x03;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTF8_STRING = 0x0C;
    static final int PRINTABLE_STRING = 0x13;
    static final int IA5_STRING = 0x16;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    static final int CONTEXT_0 = 0xA0;

    private Der() {}

    /** One element: tag and content. */
    record Element(int tag, ByteBuffer content) {
        byte[] bytes() {
            var bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            return bytes;
        }

        List<Element> children() {
            return read(content.duplicate());
        }
    }

    /** All elements of a buffer, in order. */
    static List<Element> read(ByteBuffer in) {
        var elements = new ArrayList<Element>();
        while (in.hasRemaining()) {
            int tag = in.get() & 0xFF;
            int length = readLength(in);
            elements.add(new Element(tag, in.slice(in.position(), length)));
            in.position(in.position() + length);
        }
        return elements;
    }

    private static int readLength(ByteBuffer in) {
        int length = in.hasRemaining() ? in.get() & 0xFF : -1;
        if (length > 0x80 && length <= 0x83 && in.remaining() >= length - 0x80) {
            int octets = length - 0x80;
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = (length << 8) | (in.get() & 0xFF);
            }
        } else if (length >= 0x80) {
            throw new TrustException(
                    "DER length octet " + length + " is not supported; expected below 128 or 129 to 131");
        }
        if (length < 0 || length > in.remaining()) {
            throw new TrustException("a DER element claims " + length + " bytes, " + in.remaining() + " are left");
        }
        return length;
    }

    /** One element with the given parts as its content. */
    static byte[] write(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
