package dev.garboard.dhcp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** One option inside another one: of PXE in 43, of iPXE in 175, of a relay in 82. */
public record SubOption(int code, Octets value) {

    public SubOption {
        if (code < 0 || code > 255 || value.length() > 255) {
            throw new IllegalArgumentException("sub-option " + code + " of " + value.length() + " bytes");
        }
    }

    /** A sub-option whose value is one octet. */
    public static SubOption ofByte(int code, int value) {
        return new SubOption(code, Octets.copyOf(new byte[] {(byte) value}));
    }

    /**
     * Reads as far as there is something to read: what is in these options is up to the vendor, a Raspberry Pi wants plain
     * text in 43, so the rest of a value that is not in this form is left out and never an error.
     */
    static List<SubOption> readAll(Octets value, boolean paddedAndEnded) {
        var in = value.toBuffer();
        var found = new ArrayList<SubOption>();
        while (in.hasRemaining()) {
            int code = in.get() & 255;
            if (paddedAndEnded && code == 0) {
                continue;
            }
            if ((paddedAndEnded && code == 255) || !in.hasRemaining()) {
                break;
            }
            int length = in.get() & 255;
            if (length > in.remaining()) {
                break;
            }
            found.add(new SubOption(code, Octets.rest(in.slice(in.position(), length))));
            in.position(in.position() + length);
        }
        return List.copyOf(found);
    }

    static Octets write(List<SubOption> subOptions, boolean ended) {
        var out = new ByteArrayOutputStream();
        for (var subOption : subOptions) {
            out.write(subOption.code());
            out.write(subOption.value().length());
            out.writeBytes(subOption.value().toArray());
        }
        if (ended) {
            out.write(255);
        }
        return Octets.copyOf(out.toByteArray());
    }
}
