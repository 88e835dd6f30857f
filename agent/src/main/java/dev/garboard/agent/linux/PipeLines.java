package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads one end of a pipe to its end and gives it on in lines. */
final class PipeLines implements Runnable {

    private static final int BUFFER = 8192;

    /** A program that never ends its line must not fill the memory. */
    private static final int LONGEST = 16_384;

    private final int fd;
    private final Consumer<String> lines;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** Owns the descriptor from now on. */
    PipeLines(int fd, Consumer<String> lines) {
        this.fd = fd;
        this.lines = lines;
    }

    @Override
    public void run() {
        var buffer = new byte[BUFFER];
        try {
            for (int got = read(buffer); got > 0; got = read(buffer)) {
                for (int i = 0; i < got; i++) {
                    take(buffer[i]);
                }
            }
            if (line.size() > 0) {
                end();
            }
        } finally {
            Libc.close(fd);
        }
    }

    private int read(byte[] buffer) {
        while (true) {
            try {
                return Libc.read(fd, buffer, Libc.word(buffer.length)).intValue();
            } catch (LastErrorException failed) {
                if (failed.getErrorCode() != Libc.EINTR) {
                    throw new SystemCallException("read from a program's output", failed);
                }
            }
        }
    }

    private void take(byte octet) {
        if (octet == '\n') {
            end();
        } else if (line.size() < LONGEST) {
            line.write(octet);
        }
    }

    private void end() {
        lines.accept(line.toString(StandardCharsets.UTF_8));
        line.reset();
    }
}
