package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.MalformedDhcpException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet4Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Between datagrams and the server: one for each channel, so that replies leave by the way the request came. */
final class DhcpHandler extends SimpleChannelInboundHandler<DatagramPacket> {

    private static final Logger log = LoggerFactory.getLogger(DhcpHandler.class);

    private final DhcpServer server;
    private final Inet4Address address;
    private final boolean bootPort;
    private final DhcpEvents events;

    DhcpHandler(DhcpServer server, Inet4Address address, boolean bootPort, DhcpEvents events) {
        this.server = server;
        this.address = address;
        this.bootPort = bootPort;
        this.events = events;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
        DhcpMessage message;
        try {
            message = DhcpCodec.decode(datagram.content().nioBuffer());
        } catch (MalformedDhcpException malformed) {
            events.malformed(datagram.sender(), malformed);
            return;
        }
        try {
            handle(context, datagram, message);
        } catch (RuntimeException | Error fault) {
            log.atError()
                    .addKeyValue("mac", message.hardwareAddress())
                    .setCause(fault)
                    .log("DHCP message not handled");
            events.silent(message, Silence.DECISION_FAILED);
        }
    }

    private void handle(ChannelHandlerContext context, DatagramPacket datagram, DhcpMessage message) {
        message.options()
                .undecodable()
                .forEach(option -> log.atInfo()
                        .addKeyValue("mac", message.hardwareAddress())
                        .addKeyValue("option", option.code())
                        .addKeyValue("value", option.value())
                        .addKeyValue("reason", option.reason())
                        .log("option not understood, message answered all the same"));
        server.handle(message, new DhcpServer.Arrival(address, bootPort, datagram.sender()), events)
                .thenAccept(outcome -> finish(context, outcome));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // One bad datagram must not close the only channel of an interface.
        log.atError().setCause(cause).log("DHCP datagram not handled");
    }

    private void finish(ChannelHandlerContext context, Outcome outcome) {
        switch (outcome) {
            case Outcome.Reply reply -> send(context, reply);
            case Outcome.Quiet(var message, var reason) -> events.silent(message, reason);
        }
    }

    private void send(ChannelHandlerContext context, Outcome.Reply reply) {
        var datagram = new DatagramPacket(Unpooled.wrappedBuffer(reply.bytes().toArray()), reply.destination());
        context.writeAndFlush(datagram).addListener(sent -> {
            var client = reply.request().client();
            var event = sent.isSuccess() ? log.atInfo() : log.atWarn().setCause(sent.cause());
            event.addKeyValue("mac", client.mac())
                    .addKeyValue("client", client.kind())
                    .addKeyValue("message", reply.request().type())
                    .addKeyValue("reply", reply.message().type().map(Enum::name).orElse("none"))
                    .addKeyValue("address", reply.message().yourAddress().getHostAddress())
                    .addKeyValue("file", reply.message().bootFile())
                    .addKeyValue("destination", reply.destination())
                    .log(sent.isSuccess() ? "answered" : "answer not sent");
            if (sent.isSuccess()) {
                events.replied(reply.request(), reply.message());
            } else {
                events.silent(reply.request().message(), Silence.NOT_SENT);
            }
        });
    }
}
