package dev.garboard.image;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads such an archive, one entry after the other. */
final class NewcReader implements AutoCloseable {

    private static final int LONGEST_NAME = 4096;

    /**
     * One entry's header.
     *
     * @param offset where its content starts in the archive
     */
    record Entry(String name, long size, long offset) {}

    private final DataInputStream in;
    private long position;
    private long end;

    NewcReader(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /** The next entry; what is left of the one before is passed over. Empty at the trailer. */
    Optional<Entry> next() throws IOException {
        skipTo(end);
        var header = new byte[NewcArchive.HEADER];
        readFully(header);
        var text = new String(header, StandardCharsets.US_ASCII);
        if (!text.startsWith(NewcArchive.MAGIC)) {
            throw new IOException("no newc header at " + (position - header.length));
        }
        long size = field(text, 6);
        long nameSize = field(text, 11);
        if (nameSize < 1 || nameSize > LONGEST_NAME) {
            throw new IOException("a name of " + nameSize + " bytes");
        }
        var bytes = new byte[(int) nameSize];
        readFully(bytes);
        var name = new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
        skipTo(aligned(position));
        end = aligned(position + size);
        return name.equals(NewcArchive.TRAILER) ? Optional.empty() : Optional.of(new Entry(name, size, position));
    }

    /** The content of the entry just read. */
    byte[] content(Entry entry, int limit) throws IOException {
        if (entry.size() > limit) {
            throw new IOException(entry.name() + " has " + entry.size() + " bytes, expected at most " + limit);
        }
        var content = new byte[(int) entry.size()];
        readFully(content);
        return content;
    }

    private static long field(String header, int number) throws IOException {
        int at = NewcArchive.MAGIC.length() + number * 8;
        try {
            return Long.parseLong(header.substring(at, at + 8), 16);
        } catch (NumberFormatException malformed) {
            throw new IOException("field " + number + " of a newc header is not hexadecimal", malformed);
        }
    }

    private static long aligned(long offset) {
        return (offset + 3) & ~3L;
    }

    private void readFully(byte[] bytes) throws IOException {
        in.readFully(bytes);
        position += bytes.length;
    }

    private void skipTo(long offset) throws IOException {
        if (offset > position) {
            in.skipNBytes(offset - position);
            position = offset;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
