package dev.garboard.tftp;

import dev.garboard.tftp.TftpPacket.Ack;
import dev.garboard.tftp.TftpPacket.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file on its way to one client, on a port of its own. Everything here runs on the channel's event loop. */
final class Transfer extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final Logger log = LoggerFactory.getLogger(Transfer.class);
    private static final int MAX_STRANGERS_ANSWERED = 16;

    /** Waits grow to this multiple of the first one. */
    private static final int MAX_BACKOFF = 8;

    /** So many timeouts in a row with a window above 1 make the client get windows of 1 the next time. */
    private static final int TIMEOUTS_TO_DISTRUST_WINDOWS = 2;

    /** What the listener wants to know of a transfer. */
    interface Owner {
        void ended(Transfer transfer, TftpEvent event);

        void losesWindows(InetSocketAddress client);
    }

    private final TftpRequest request;
    private final TftpContent content;
    private final Terms terms;
    private final int maxRetries;
    private final Owner owner;
    private final SendWindow window;
    private final ReadAhead reads;
    private final long startedAt = System.nanoTime();

    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> timer;
    private boolean awaitingOptionAck;
    private boolean reading;
    private boolean ended;
    private int timeouts;
    private int retransmissions;
    private int strangers;

    Transfer(TftpRequest request, TftpContent content, Terms terms, int maxRetries, Executor readers, Owner owner) {
        this.request = request;
        this.content = content;
        this.terms = terms;
        this.maxRetries = maxRetries;
        this.owner = owner;
        this.window = new SendWindow(content.size(), terms.blockSize(), terms.windowSize());
        this.reads = new ReadAhead(content, readers);
        this.awaitingOptionAck = !terms.acknowledged().isEmpty();
    }

    boolean hasProgress() {
        return !awaitingOptionAck && window.first() > 1;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (ended) {
            var _ = context.close();
            return;
        }
        channel = context.channel();
        send();
    }

    /** The transfer ends from our side, and the client is told. */
    void abort(String reason) {
        if (!ended && channel != null) {
            var _ = channel.writeAndFlush(datagram(channel, new Failure(Failure.UNDEFINED, reason), request.client()));
        }
        fail(reason);
    }

    void fail(String reason) {
        end(new TftpEvent.Failed(request, window.acknowledgedBytes(), elapsed(), reason));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
        TftpPacket packet;
        try {
            packet = TftpCodec.read(datagram.content());
        } catch (MalformedTftpException malformed) {
            log.atDebug().addKeyValue("client", datagram.sender()).log(malformed.getMessage());
            return;
        }
        if (!datagram.sender().equals(request.client())) {
            answerStranger(context, packet, datagram.sender());
            return;
        }
        switch (packet) {
            case Ack(int block) -> acknowledged(block);
            case Failure error -> endedByClient(error);
            // Nothing else has a meaning here; a client that sends it will run into its own timeout.
            case TftpPacket.Data _, TftpPacket.OptionAck _, TftpPacket.ReadRequest _, TftpPacket.WriteRequest _ -> {}
        }
    }

    /** RFC 1350 section 4: a wrong port gets an error, and the transfer goes on. Never answer an error, lest two servers quarrel. */
    private void answerStranger(ChannelHandlerContext context, TftpPacket packet, InetSocketAddress stranger) {
        if (packet instanceof Failure || strangers >= MAX_STRANGERS_ANSWERED) {
            return;
        }
        strangers++;
        var error = new Failure(Failure.UNKNOWN_TRANSFER, "this port serves another client");
        var _ = context.writeAndFlush(datagram(context.channel(), error, stranger));
    }

    private void acknowledged(int block) {
        if (ended || reading) {
            return;
        }
        if (awaitingOptionAck) {
            if (block != 0) {
                return;
            }
            awaitingOptionAck = false;
        } else if (!window.acknowledge(block)) {
            return;
        }
        timeouts = 0;
        if (window.isComplete()) {
            end(new TftpEvent.Finished(request, content.size(), elapsed(), retransmissions));
        } else {
            send();
        }
    }

    private void endedByClient(Failure error) {
        boolean afterOptions = awaitingOptionAck || window.first() == 1;
        boolean askedForOptions = !terms.acknowledged().isEmpty();
        boolean sizeQuery = error.code() == Failure.OPTIONS_REFUSED || error.code() == Failure.UNDEFINED;
        if (askedForOptions && afterOptions && sizeQuery) {
            end(new TftpEvent.Probed(request, content.size()));
        } else {
            fail("the client ended it with error " + error.code() + " (" + error.message() + ")");
        }
    }

    private void send() {
        if (ended || channel == null) {
            return;
        }
        armTimer(channel);
        if (awaitingOptionAck) {
            var _ = channel.writeAndFlush(
                    datagram(channel, new TftpPacket.OptionAck(terms.acknowledged()), request.client()));
            return;
        }
        var socket = channel;
        var last = window.last();
        var fetched = reads.fetch(window.position(window.first()), window.position(last) + window.length(last));
        reading = !fetched.isDone();
        if (reading) {
            var _ = fetched.whenComplete((_, failure) -> socket.eventLoop().execute(() -> fetched(socket, failure)));
        } else if (fetched.isCompletedExceptionally()) {
            abort("reading the file failed: " + causeOf(fetched.exceptionNow()));
        } else {
            sendWindow(socket);
        }
    }

    private void fetched(Channel socket, @Nullable Throwable failure) {
        reading = false;
        if (ended) {
            return;
        }
        if (failure != null) {
            abort("reading the file failed: " + causeOf(failure));
            return;
        }
        sendWindow(socket);
    }

    private void sendWindow(Channel socket) {
        for (long block = window.first(); block <= window.last(); block++) {
            int length = window.length(block);
            ByteBuf data = socket.alloc().ioBuffer(4 + length);
            data.writeShort(3).writeShort(SendWindow.onWire(block));
            reads.copy(window.position(block), length, data);
            var _ = socket.write(new DatagramPacket(data, request.client()));
        }
        socket.flush();
        window.sent();
    }

    private void armTimer(Channel socket) {
        disarmTimer();
        long wait = terms.timeout().toNanos() * Math.min(MAX_BACKOFF, 1L << timeouts);
        timer = socket.eventLoop().schedule(this::retransmit, wait, TimeUnit.NANOSECONDS);
    }

    /** A scheduled task that throws is forgotten, and the transfer would keep its place for ever. */
    private void retransmit() {
        try {
            timedOut();
        } catch (RuntimeException | Error fault) {
            log.atError()
                    .addKeyValue("client", request.client())
                    .setCause(fault)
                    .log("TFTP transfer failed");
            fail("the server failed: " + causeOf(fault));
        }
    }

    private void timedOut() {
        if (ended || channel == null) {
            return;
        }
        timeouts++;
        if (timeouts > maxRetries) {
            var stage = awaitingOptionAck ? "the options" : "block " + window.first();
            fail(
                    reading
                            ? "the file could not be read in time"
                            : stage + " had no acknowledgement after " + maxRetries + " retransmissions");
            return;
        }
        if (reading) {
            armTimer(channel);
            return;
        }
        if (timeouts >= TIMEOUTS_TO_DISTRUST_WINDOWS && terms.windowSize() > 1) {
            owner.losesWindows(request.client());
        }
        retransmissions++;
        send();
    }

    private void disarmTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void end(TftpEvent event) {
        if (ended) {
            return;
        }
        ended = true;
        disarmTimer();
        try {
            content.close();
        } catch (IOException unclosed) {
            log.atWarn()
                    .addKeyValue("file", request.name())
                    .setCause(unclosed)
                    .log("a served file could not be closed");
        }
        if (channel != null) {
            var _ = channel.close();
        }
        owner.ended(this, event);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    private static String causeOf(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    static DatagramPacket datagram(Channel channel, TftpPacket packet, InetSocketAddress to) {
        var buffer = channel.alloc().ioBuffer(64);
        TftpCodec.write(packet, buffer);
        return new DatagramPacket(buffer, to);
    }

    /** ICMP "port unreachable" arrives here when the client's port is closed; the retransmissions find out by themselves. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (!(failure instanceof IOException)) {
            log.atError()
                    .addKeyValue("client", request.client())
                    .setCause(failure)
                    .log("TFTP transfer failed");
            fail("the server failed: " + causeOf(failure));
            return;
        }
        log.atDebug().addKeyValue("client", request.client()).setCause(failure).log("transfer socket");
    }
}
