package dev.garboard.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes the archive format of an initramfs (cpio "newc", kernel documentation {@code initramfs-buffer-format}). Inode
 * numbers count up, everything belongs to root and has one time, so the same files give the same bytes.
 */
final class NewcArchive implements AutoCloseable {

    static final String MAGIC = "070701";
    static final String TRAILER = "TRAILER!!!";
    static final int HEADER = 110;

    private static final int DIRECTORY = 0040000;
    private static final int FILE = 0100000;
    private static final int CHARACTER_DEVICE = 0020000;

    private final OutputStream out;
    private final long modified;
    private long inode = 1;
    private long written;

    NewcArchive(OutputStream out, long modified) {
        this.out = out;
        this.modified = modified;
    }

    void directory(String name) throws IOException {
        header(name, DIRECTORY | 0755, 2, 0, 0, 0);
    }

    void file(String name, int permissions, byte[] content) throws IOException {
        header(name, FILE | permissions, 1, content.length, 0, 0);
        write(content);
        pad(4);
    }

    void file(String name, int permissions, Path content) throws IOException {
        long size = Files.size(content);
        if (size > 0xffff_ffffL) {
            throw new ImageException(content + " has " + size + " bytes; a cpio archive holds files below 4 GiB");
        }
        header(name, FILE | permissions, 1, size, 0, 0);
        long copied = Files.copy(content, out);
        if (copied != size) {
            throw new ImageException(content + " changed while it was packed");
        }
        written += copied;
        pad(4);
    }

    void characterDevice(String name, int permissions, int major, int minor) throws IOException {
        header(name, CHARACTER_DEVICE | permissions, 1, 0, major, minor);
    }

    private void header(String name, int mode, int links, long size, int major, int minor) throws IOException {
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        var text = new StringBuilder(MAGIC);
        long[] fields = {inode++, mode, 0, 0, links, modified, size, 0, 0, major, minor, bytes.length + 1, 0};
        for (long field : fields) {
            text.append(String.format(Locale.ROOT, "%08X", field));
        }
        write(text.toString().getBytes(StandardCharsets.US_ASCII));
        write(bytes);
        write(new byte[1]);
        pad(4);
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }

    private void pad(int unit) throws IOException {
        write(new byte[(int) (-written & (unit - 1))]);
    }

    /** Writes the trailer and fills the last block of 512 bytes, as loaders and other archives behind it expect. */
    @Override
    public void close() throws IOException {
        inode = 0;
        header(TRAILER, 0, 1, 0, 0, 0);
        pad(512);
        out.close();
    }
}
