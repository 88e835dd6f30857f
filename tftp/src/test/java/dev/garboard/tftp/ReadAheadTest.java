package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ReadAheadTest {

    private static final int CHUNK = ReadAhead.CHUNK;
    private static final long SIZE = 4L * CHUNK + 100;

    private final List<Long> read = new ArrayList<>();

    /** A file that takes note of where it is read, and may be shorter than it says. */
    private TftpContent file(long size, long really) {
        return new TftpContent() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public int read(ByteBuffer into, long position) {
                read.add(position / CHUNK);
                return new PatternContent(really).read(into, position);
            }

            @Override
            public void close() {}
        };
    }

    private final ReadAhead reads = new ReadAhead(file(SIZE, SIZE), Runnable::run);

    private void fetch(long from, long to) {
        reads.fetch(from, to).join();
    }

    private static String pattern(long from, int length) {
        var bytes = ByteBuffer.allocate(length);
        new PatternContent(SIZE).read(bytes, from);
        return HexFormat.of().formatHex(bytes.array());
    }

    @Test
    void oneChunkAheadIsRead() {
        fetch(0, 1468);
        assertEquals(List.of(0L, 1L), read);

        fetch(1468, 2936);
        assertEquals(List.of(0L, 1L), read);
    }

    @Test
    void whatCrossesAChunkNeedsBoth() {
        fetch(CHUNK - 10, CHUNK + 10);

        assertEquals(List.of(0L, 1L, 2L), read);
    }

    @Test
    void nothingIsReadBehindTheEnd() {
        fetch(4L * CHUNK, SIZE);

        assertEquals(List.of(4L), read);
    }

    @Test
    void whatLiesBehindIsForgotten() {
        fetch(0, 10);
        fetch(2L * CHUNK, 2L * CHUNK + 10);
        read.clear();

        fetch(0, 10);

        assertEquals(List.of(0L, 1L), read);
    }

    @Test
    void theBytesAreThoseOfTheFileAcrossChunksToo() {
        for (long from : new long[] {0, 5, CHUNK - 7, CHUNK, 2L * CHUNK - 1, 4L * CHUNK}) {
            int length = 64;
            fetch(from, from + length);
            var into = Unpooled.buffer();

            reads.copy(from, length, into);

            assertEquals(pattern(from, length), ByteBufUtil.hexDump(into));
        }
    }

    @Test
    void aRangeIsThereWhenAllItsChunksAre() {
        Queue<Runnable> disk = new ArrayDeque<>();
        var slow = new ReadAhead(file(SIZE, SIZE), disk::add);

        var fetched = slow.fetch(CHUNK - 10, CHUNK + 10);

        assertFalse(fetched.isDone());
        disk.remove().run();
        assertFalse(fetched.isDone());
        disk.remove().run();
        assertTrue(fetched.isDone());
    }

    @Test
    void aFileThatWasShortenedIsAFault() {
        var shortened = new ReadAhead(file(1000, 600), Runnable::run);

        var fault = assertThrows(
                CompletionException.class, () -> shortened.fetch(0, 1000).join());

        assertTrue(
                String.valueOf(fault.getMessage()).contains("the file ended at 600 bytes, expected 1000"),
                fault::getMessage);
    }
}
