package dev.garboard.agent.enrollment;

import com.google.protobuf.ByteString;
import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import dev.garboard.agent.linux.Libc;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What proves to the server that this is the boot of its session. Stage-0 hands it over in a pipe, so after it was read here it is nowhere
 * else; it is used once and then forgotten.
 */
public final class BootTicket {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.enrollment");
    private static final int LONGEST = 64;
    private static final int FIRST_OF_OURS = 3;

    private final byte[] content;

    private BootTicket(byte[] content) {
        this.content = content;
    }

    /** No ticket: the server refuses the machine, and says so in its log. */
    public static BootTicket none() {
        return new BootTicket(new byte[0]);
    }

    /** Reads it from an open file and closes that. Never fails: without a ticket the machine still tells what it is. */
    public static BootTicket take(int fd) {
        var buffer = new byte[LONGEST];
        int length = 0;
        try {
            while (length < LONGEST) {
                var rest = new byte[LONGEST - length];
                int count = Libc.read(fd, rest, new NativeLong(rest.length)).intValue();
                if (count <= 0) {
                    break;
                }
                System.arraycopy(rest, 0, buffer, length, count);
                Arrays.fill(rest, (byte) 0);
                length += count;
            }
        } catch (LastErrorException unreadable) {
            LOG.warn("the boot ticket cannot be read from file {}: error {}", fd, unreadable.getErrorCode());
        } finally {
            close(fd);
        }
        var ticket = new BootTicket(Arrays.copyOf(buffer, length));
        Arrays.fill(buffer, (byte) 0);
        return ticket;
    }

    /** Standard input stays: whatever is opened next would take its place. */
    private static void close(int fd) {
        if (fd < FIRST_OF_OURS) {
            return;
        }
        try {
            Libc.close(fd);
        } catch (LastErrorException closed) {
            LOG.warn("file {} cannot be closed: error {}", fd, closed.getErrorCode());
        }
    }

    /** For the request; empty when there is none any more. */
    synchronized ByteString shown() {
        return ByteString.copyFrom(content, 0, isEmpty() ? 0 : content.length);
    }

    /** It was used. */
    synchronized void forget() {
        Arrays.fill(content, (byte) 0);
    }

    private boolean isEmpty() {
        for (byte each : content) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether there is one, never what it is. */
    @Override
    public synchronized String toString() {
        return isEmpty() ? "BootTicket[none]" : "BootTicket[present]";
    }
}
