package dev.garboard.tftp;

import dev.garboard.tftp.TftpFiles.Lookup;
import dev.garboard.tftp.TftpPacket.Failure;
import dev.garboard.tftp.TftpPacket.ReadRequest;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening port: admits read requests and starts their transfers. Everything here runs on the one event loop. */
final class RequestHandler extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

    /** A look-up that takes longer is of no use: the firmware has given up. */
    private static final int LOOKUP_SECONDS = 10;

    /** A place taken by a client's socket, from the request to the end of the transfer. */
    private static final class Place {
        private final ReadRequest packet;
        private @Nullable Transfer transfer;

        Place(ReadRequest packet) {
            this.packet = packet;
        }
    }

    private final TftpConfig config;
    private final TftpFiles files;
    private final TftpEvents events;
    private final Transport transport;
    private final EventLoopGroup loop;
    private final ExecutorService readers;
    private final Map<InetSocketAddress, Place> places = new HashMap<>();
    private final LossyClients lossy = new LossyClients();
    private volatile int active;

    RequestHandler(
            TftpConfig config,
            TftpFiles files,
            TftpEvents events,
            Transport transport,
            EventLoopGroup loop,
            ExecutorService readers) {
        this.config = config;
        this.files = files;
        this.events = events;
        this.transport = transport;
        this.loop = loop;
        this.readers = readers;
    }

    int active() {
        return active;
    }

    /** Ends every transfer; called on the event loop. */
    void abortAll() {
        for (var place : List.copyOf(places.values())) {
            if (place.transfer != null) {
                place.transfer.abort("the server is stopping");
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
        var client = datagram.sender();
        try {
            switch (TftpCodec.read(datagram.content())) {
                case ReadRequest packet -> admit(packet, client, localAddress(context.channel(), datagram));
                case TftpPacket.WriteRequest(var file, var _, var _) ->
                    refuse(
                            new TftpRequest(file, client, localAddress(context.channel(), datagram)),
                            new Failure(Failure.ACCESS_VIOLATION, "this server is read-only"));
                case TftpPacket.Data _, TftpPacket.Ack _, TftpPacket.OptionAck _, Failure _ ->
                    tell(new TftpEvent.Malformed(client, "not a request, and this port only takes requests"));
            }
        } catch (MalformedTftpException malformed) {
            tell(new TftpEvent.Malformed(client, String.valueOf(malformed.getMessage())));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
        // One bad datagram must not close the only channel; whoever sent it asks again.
        log.atError().setCause(fault).log("TFTP datagram not handled");
    }

    private void admit(ReadRequest packet, InetSocketAddress client, InetSocketAddress server) {
        var raw = new TftpRequest(packet.file(), client, server);
        var name = FileName.clean(packet.file());
        if (!packet.mode().equalsIgnoreCase("octet")) {
            refuse(raw, new Failure(Failure.ILLEGAL_OPERATION, "mode " + packet.mode() + " is not served; use octet"));
        } else if (name.isEmpty()) {
            refuse(raw, new Failure(Failure.ACCESS_VIOLATION, "file name refused: empty, too long or with .. in it"));
        } else if (isRepeated(packet, client)) {
            tell(new TftpEvent.Repeated(raw));
        } else {
            seat(packet, new TftpRequest(name.get(), client, server));
        }
    }

    /** A repeated request while we still work on the first one is what UDP is like; a new one on the same port is a client that began again. */
    private boolean isRepeated(ReadRequest packet, InetSocketAddress client) {
        var place = places.get(client);
        if (place == null) {
            return false;
        }
        if (place.transfer == null || (!place.transfer.hasProgress() && place.packet.equals(packet))) {
            return true;
        }
        place.transfer.fail("the client began again");
        return false;
    }

    private void seat(ReadRequest packet, TftpRequest request) {
        if (places.size() >= config.maxTransfers()) {
            // No error packet: firmware gives up on an error, but repeats a request that stays unanswered.
            tell(new TftpEvent.Refused(request, "dropped: all " + config.maxTransfers() + " transfers are taken"));
            return;
        }
        var address = request.client().getAddress();
        long ofClient = places.keySet().stream()
                .filter(other -> other.getAddress().equals(address))
                .count();
        if (ofClient >= config.maxTransfersPerClient()) {
            tell(new TftpEvent.Refused(
                    request,
                    "dropped: the client has " + ofClient + " transfers, its limit is "
                            + config.maxTransfersPerClient()));
            return;
        }
        var place = new Place(packet);
        places.put(request.client(), place);
        active = places.size();
        var _ = lookup(request)
                .orTimeout(LOOKUP_SECONDS, TimeUnit.SECONDS)
                .whenComplete((lookup, failure) -> loop.execute(() -> opened(place, request, lookup, failure)));
    }

    private CompletableFuture<Lookup> lookup(TftpRequest request) {
        try {
            CompletionStage<Lookup> stage = files.open(request);
            // Found content that arrives after the time limit has no transfer to close it.
            var answer = stage.toCompletableFuture().copy();
            var _ = stage.whenComplete((lookup, _) -> {
                if (lookup instanceof Lookup.Found(var content) && answer.isCompletedExceptionally()) {
                    close(content);
                }
            });
            return answer;
        } catch (RuntimeException fault) {
            return CompletableFuture.failedFuture(fault);
        }
    }

    private void opened(Place place, TftpRequest request, @Nullable Lookup lookup, @Nullable Throwable failure) {
        if (lookup == null) {
            leave(place, request);
            log.atError().addKeyValue("file", request.name()).setCause(failure).log("a look-up failed");
            refuse(request, new Failure(Failure.UNDEFINED, "the server failed to look the file up; see its log"));
            return;
        }
        switch (lookup) {
            case Lookup.NotFound(var reason) -> {
                leave(place, request);
                refuse(request, new Failure(Failure.NOT_FOUND, reason));
            }
            case Lookup.Refused(var reason) -> {
                leave(place, request);
                refuse(request, new Failure(Failure.ACCESS_VIOLATION, reason));
            }
            case Lookup.Found(var content) -> start(place, request, content);
        }
    }

    private void start(Place place, TftpRequest request, TftpContent content) {
        boolean windows = !lossy.contains(request.client().getAddress(), System.nanoTime());
        var terms = Terms.negotiate(place.packet.options(), content.size(), config, windows);
        var transfer = new Transfer(request, content, terms, config.maxRetries(), readers, new Transfer.Owner() {
            @Override
            public void ended(Transfer ended, TftpEvent event) {
                leave(place, request);
                tell(event);
            }

            @Override
            public void losesWindows(InetSocketAddress client) {
                lossy.remember(client.getAddress(), System.nanoTime());
            }
        });
        place.transfer = transfer;
        tell(new TftpEvent.Started(request, content.size(), terms.blockSize(), terms.windowSize()));
        var bound = transport.bind(loop, new InetSocketAddress(request.server().getAddress(), 0), transfer);
        bound.addListener(_ -> {
            if (bound.cause() != null) {
                log.atError()
                        .addKeyValue("server", request.server())
                        .setCause(bound.cause())
                        .log("no transfer socket");
                transfer.fail("no socket for the transfer: " + bound.cause().getMessage());
            }
        });
    }

    private void leave(Place place, TftpRequest request) {
        places.remove(request.client(), place);
        active = places.size();
    }

    /** Refusals leave from a port of their own as well: RFC 1350 makes the port of the first answer the transfer's. */
    private void refuse(TftpRequest request, Failure error) {
        tell(new TftpEvent.Refused(request, error.message()));
        var local = new InetSocketAddress(request.server().getAddress(), 0);
        var bound = transport.bind(loop, local, new ChannelInboundHandlerAdapter());
        bound.addListener(_ -> {
            var channel = bound.channel();
            if (bound.isSuccess()) {
                channel.writeAndFlush(Transfer.datagram(channel, error, request.client()))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        });
    }

    private void tell(TftpEvent event) {
        try {
            events.happened(event);
        } catch (RuntimeException fault) {
            log.atError().setCause(fault).log("a TFTP event was not taken");
        }
    }

    private InetSocketAddress localAddress(Channel channel, DatagramPacket datagram) {
        var bound = (InetSocketAddress) channel.localAddress();
        return bound.getAddress().isAnyLocalAddress() ? datagram.recipient() : bound;
    }

    private static void close(TftpContent content) {
        try {
            content.close();
        } catch (IOException unclosed) {
            log.atWarn().setCause(unclosed).log("a file could not be closed");
        }
    }
}
