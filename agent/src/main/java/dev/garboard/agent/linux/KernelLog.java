package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.util.Optional;

/** A reader of the kernel's ring; it begins with the oldest message that the ring still holds. */
public final class KernelLog implements AutoCloseable {

    /** As long as the kernel's longest record. */
    private static final int RECORD = 8192;

    private static final short POLLIN = 1;

    private final int descriptor;
    private final byte[] record = new byte[RECORD];

    private KernelLog(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens {@code /dev/kmsg}. */
    public static KernelLog open() {
        try {
            return new KernelLog(Libc.open("/dev/kmsg", Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0));
        } catch (LastErrorException refused) {
            throw new SystemCallException("/dev/kmsg", refused);
        }
    }

    /** The next message, if there is one within the time. */
    public Optional<KernelMessage> next(int timeoutMillis) {
        while (true) {
            try {
                int length =
                        Libc.read(descriptor, record, Libc.word(record.length)).intValue();
                return Optional.of(KernelMessage.parse(record, length));
            } catch (LastErrorException failed) {
                // EPIPE: messages were overwritten before they were read; the sequence numbers tell the reader.
                if (failed.getErrorCode() == Libc.EPIPE || failed.getErrorCode() == Libc.EINTR) {
                    continue;
                }
                if (failed.getErrorCode() != Libc.EAGAIN) {
                    throw new SystemCallException("/dev/kmsg", failed);
                }
            }
            if (timeoutMillis == 0 || !readable(timeoutMillis)) {
                return Optional.empty();
            }
        }
    }

    private boolean readable(int timeoutMillis) {
        try (var poll = new Memory(8)) {
            poll.setInt(0, descriptor);
            poll.setShort(4, POLLIN);
            poll.setShort(6, (short) 0);
            return Libc.poll(poll, Libc.word(1), timeoutMillis) > 0;
        } catch (LastErrorException interrupted) {
            return true;
        }
    }

    @Override
    public void close() {
        Libc.close(descriptor);
    }
}
