package dev.garboard.tftp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of one file for one transfer, which closes it. Reads happen on virtual threads, never on an event loop. */
public interface TftpContent extends AutoCloseable {

    /** The size in bytes, fixed for the whole transfer. */
    long size();

    /** Reads at a position, as {@link FileChannel#read(ByteBuffer, long)} does. Several reads may run at once. */
    int read(ByteBuffer into, long position) throws IOException;

    @Override
    void close() throws IOException;

    /** A file of the file system; opened now, so that a replaced file is still served whole. Call it off the event loop. */
    static TftpContent of(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new FileContent(channel, channel.size());
        } catch (IOException unreadable) {
            channel.close();
            throw unreadable;
        }
    }

    /** Bytes in memory. */
    static TftpContent of(byte[] bytes) {
        return new MemoryContent(ByteBuffer.wrap(bytes.clone()).asReadOnlyBuffer());
    }

    /** A file of the file system. */
    record FileContent(FileChannel channel, long size) implements TftpContent {
        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return channel.read(into, position);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Bytes in memory. */
    record MemoryContent(ByteBuffer bytes) implements TftpContent {
        @Override
        public long size() {
            return bytes.remaining();
        }

        @Override
        public int read(ByteBuffer into, long position) {
            if (position >= size()) {
                return -1;
            }
            int length = (int) Math.min(into.remaining(), size() - position);
            into.put(bytes.slice(bytes.position() + (int) position, length));
            return length;
        }

        @Override
        public void close() {}
    }
}
