package dev.garboard.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a small tar archive (POSIX ustar) in memory: every entry belongs to root and has the time 0, so the bytes depend on the content only. */
final class TarArchive {

    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int CHECKSUM_AT = 148;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TarArchive directory(String name, int mode) {
        header(name + "/", mode, 0, '5', "");
        return this;
    }

    TarArchive link(String name, String target) {
        header(name, 0777, 0, '2', target);
        return this;
    }

    TarArchive file(String name, int mode, byte[] content) {
        header(name, mode, content.length, '0', "");
        out.writeBytes(content);
        pad(content.length);
        return this;
    }

    /** The whole archive, with its two empty blocks at the end. */
    byte[] bytes() {
        var whole = out.toByteArray();
        return Arrays.copyOf(whole, whole.length + 2 * BLOCK);
    }

    private void header(String name, int mode, long size, char type, String target) {
        var block = new byte[BLOCK];
        text(block, 0, NAME_LENGTH, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        octal(block, 124, 12, size);
        octal(block, 136, 12, 0);
        block[156] = (byte) type;
        text(block, 157, NAME_LENGTH, target);
        text(block, 257, 8, "ustar\00000");
        // The checksum counts itself as spaces.
        Arrays.fill(block, CHECKSUM_AT, CHECKSUM_AT + 8, (byte) ' ');
        int sum = 0;
        for (byte one : block) {
            sum += one & 0xff;
        }
        octal(block, CHECKSUM_AT, 7, sum);
        out.writeBytes(block);
    }

    private void pad(int length) {
        int rest = length % BLOCK;
        if (rest > 0) {
            out.writeBytes(new byte[BLOCK - rest]);
        }
    }

    private static void text(byte[] block, int at, int length, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > length) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has " + bytes.length + " bytes, at most " + length + " fit");
        }
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /** Digits with leading zeroes and a zero byte at the end. */
    private static void octal(byte[] block, int at, int length, long value) {
        var digits = Long.toOctalString(value);
        text(block, at, length - 1, "0".repeat(length - 1 - digits.length()) + digits);
        block[at + length - 1] = 0;
    }
}
