package dev.garboard.tftp;

import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Reads a file in chunks on other threads, one chunk ahead of what is sent, so that no event loop waits for a disk. Itself used from one
 * thread only. A window fits into one chunk, so that at most three chunks are held.
 */
final class ReadAhead {
    static final int CHUNK = 32 * 1024;

    private final TftpContent content;
    private final Executor readers;
    private final NavigableMap<Long, CompletableFuture<byte[]>> chunks = new TreeMap<>();

    ReadAhead(TftpContent content, Executor readers) {
        this.content = content;
        this.readers = readers;
    }

    /** Completes when the range can be copied; what lies before it is forgotten. */
    CompletableFuture<Void> fetch(long from, long to) {
        chunks.headMap(from / CHUNK).clear();
        var needed = new ArrayList<CompletableFuture<byte[]>>();
        for (long index = from / CHUNK; index * CHUNK < to; index++) {
            needed.add(chunk(index));
        }
        if (to < content.size()) {
            var _ = chunk(to / CHUNK + 1);
        }
        return CompletableFuture.allOf(needed.toArray(CompletableFuture[]::new));
    }

    void copy(long from, int length, ByteBuf into) {
        long position = from;
        long end = from + length;
        while (position < end) {
            byte[] chunk = chunk(position / CHUNK).join();
            int offset = (int) (position % CHUNK);
            int count = (int) Math.min(end - position, chunk.length - offset);
            into.writeBytes(chunk, offset, count);
            position += count;
        }
    }

    private CompletableFuture<byte[]> chunk(long index) {
        return chunks.computeIfAbsent(index, _ -> CompletableFuture.supplyAsync(() -> read(index * CHUNK), readers));
    }

    private byte[] read(long start) {
        var buffer = ByteBuffer.allocate(Math.clamp(content.size() - start, 0, CHUNK));
        try {
            while (buffer.hasRemaining()) {
                if (content.read(buffer, start + buffer.position()) < 0) {
                    throw new EOFException("the file ended at " + (start + buffer.position()) + " bytes, expected "
                            + content.size() + "; it was shortened while it was served");
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return buffer.array();
    }
}
