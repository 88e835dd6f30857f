package dev.garboard.httpboot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file on its way to a socket that counts what the kernel took. Vert.x tells only the end of a transfer; the count says how far an aborted
 * download got, and when it last moved. The copy itself stays in the kernel. Used from one event loop.
 */
final class MeteredChannel extends FileChannel {
    private final FileChannel file;
    private long transferred;
    private long movedAt = System.nanoTime();

    MeteredChannel(FileChannel file) {
        this.file = file;
    }

    long transferred() {
        return transferred;
    }

    /** {@link System#nanoTime()} of the last progress. */
    long movedAt() {
        return movedAt;
    }

    private long count(long bytes) {
        if (bytes > 0) {
            transferred += bytes;
            movedAt = System.nanoTime();
        }
        return bytes;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return count(file.transferTo(position, count, target));
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return (int) count(file.read(into));
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        return count(file.read(into, offset, length));
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return (int) count(file.read(into, position));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return file.write(from);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return file.write(from, offset, length);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        return file.write(from, position);
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        file.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        file.force(metaData);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        return file.transferFrom(source, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return file.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return file.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
