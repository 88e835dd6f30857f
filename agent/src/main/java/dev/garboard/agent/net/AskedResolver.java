package dev.garboard.agent.net;

import dev.garboard.agent.net.ResolverAnswer.Result;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;

/** One resolver while it is asked. */
final class AskedResolver implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.resolver");

    /** Without EDNS an answer has at most 512 bytes; what is longer is none. */
    private static final int LONGEST = 1024;

    /** By TCP too an honest answer is small, and parsing a large one that was made for it costs seconds and megabytes. */
    private static final int LONGEST_BY_TCP = 4096;

    /** Packets that are no answer to the question; more are a flood. */
    private static final int MOST_STRAY = 64;

    private final InetSocketAddress server;
    private final ResolverQuestion question;
    private final Duration timeout;
    private final ByteBuffer packet = ByteBuffer.allocate(LONGEST);
    private long began;
    private int strays;
    private boolean awaited;
    private boolean truncated;
    private @Nullable DatagramChannel channel;
    private @Nullable ResolverAnswer answer;
    private @Nullable ResolverAnswer failure;

    AskedResolver(InetSocketAddress server, ResolverQuestion question, Duration timeout) {
        this.server = server;
        this.question = question;
        this.timeout = timeout;
    }

    /** Sends the question, unless it has been answered; failures are kept for {@link #answer}. */
    void ask(Selector selector) {
        if (answer != null) {
            return;
        }
        failure = null;
        began = System.nanoTime();
        try {
            connected(selector).write(ByteBuffer.wrap(question.bytes()));
            awaited = true;
        } catch (IOException refused) {
            failed(refused);
        } catch (UnsupportedAddressTypeException otherFamily) {
            close();
            failure = ResolverAnswer.failed(Result.UNREACHABLE, "this node has no IPv6");
        }
    }

    /** Connected: the kernel lets through only what this address and port send, and says when nothing listens there. */
    private DatagramChannel connected(Selector selector) throws IOException {
        var present = channel;
        if (present != null) {
            return present;
        }
        var opened = DatagramChannel.open();
        channel = opened;
        opened.configureBlocking(false);
        opened.connect(server);
        opened.register(selector, SelectionKey.OP_READ, this);
        return opened;
    }

    /** Whether something may still come that is worth waiting for. */
    boolean isAwaited() {
        return awaited;
    }

    /** Reads all that has come. */
    void receive() {
        var open = channel;
        try {
            // An empty one is a packet as well.
            while (open != null && awaited && open.receive(packet.clear()) != null) {
                received(Arrays.copyOf(packet.array(), packet.position()));
            }
        } catch (IOException refused) {
            failed(refused);
        }
    }

    private void received(byte[] bytes) {
        var said = question.answer(bytes);
        if (said.isPresent()) {
            truncated = ResolverQuestion.isTruncated(said.get());
            settle(ResolverQuestion.judge(said.get(), sinceAsked()));
        } else if (++strays == MOST_STRAY) {
            settle(malformed());
        }
    }

    /** What else comes is not waited for: it would wake the others' wait again and again. */
    private void settle(ResolverAnswer with) {
        answer = with;
        close();
    }

    private void failed(IOException why) {
        close();
        failure = ResolverAnswer.failed(
                Result.UNREACHABLE,
                why instanceof PortUnreachableException
                        ? "nothing listens on its port " + server.getPort()
                        : "cannot be reached: " + why.getMessage());
    }

    /** Whether there was an answer that did not fit into a datagram. */
    boolean isTruncated() {
        return truncated;
    }

    /** Takes no longer than one answer may. */
    void askAgainByTcp() {
        try {
            answer = byTcp().map(said -> ResolverQuestion.judge(said, sinceAsked()))
                    .orElseGet(AskedResolver::malformed);
        } catch (SocketTimeoutException silent) {
            answer = ResolverAnswer.failed(
                    Result.NO_ANSWER, "its answer is truncated, and there is none by TCP in time");
        } catch (IOException refused) {
            answer = ResolverAnswer.failed(
                    Result.UNREACHABLE,
                    "its answer is truncated, and it cannot be asked by TCP: " + refused.getMessage());
        }
    }

    /** RFC 1035 section 4.2.2. */
    private Optional<Message> byTcp() throws IOException {
        began = System.nanoTime();
        long deadline = began + timeout.toNanos();
        try (var socket = new Socket()) {
            socket.connect(server, left(deadline));
            byte[] bytes = question.bytes();
            var framed = ByteBuffer.allocate(2 + bytes.length)
                    .putShort((short) bytes.length)
                    .put(bytes);
            socket.getOutputStream().write(framed.array());
            int length = ByteBuffer.wrap(read(socket, 2, deadline)).getShort() & 0xffff;
            if (length > LONGEST_BY_TCP) {
                return Optional.empty();
            }
            return question.answer(read(socket, length, deadline));
        }
    }

    /** One deadline for all of it: whoever sends a byte a second does not hold this thread. */
    private static byte[] read(Socket from, int length, long deadline) throws IOException {
        var bytes = new byte[length];
        for (int at = 0; at < length; ) {
            from.setSoTimeout(left(deadline));
            int more = from.getInputStream().read(bytes, at, length - at);
            if (more < 0) {
                throw new EOFException("it ended the connection");
            }
            at += more;
        }
        return bytes;
    }

    private static int left(long deadline) throws SocketTimeoutException {
        long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (millis <= 0) {
            throw new SocketTimeoutException();
        }
        return (int) millis;
    }

    /** What it has come to. */
    ResolverAnswer answer() {
        if (answer != null) {
            return answer;
        }
        if (failure != null) {
            return failure;
        }
        return strays > 0 ? malformed() : ResolverProbe.silent(timeout);
    }

    private static ResolverAnswer malformed() {
        return ResolverAnswer.failed(Result.MALFORMED, "what it sends is no answer to what was asked");
    }

    private Duration sinceAsked() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void close() {
        awaited = false;
        var open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException lost) {
                LOG.debug("a socket could not be closed: {}", lost.getMessage());
            }
        }
    }
}
