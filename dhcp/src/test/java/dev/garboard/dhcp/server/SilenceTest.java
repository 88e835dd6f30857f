package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MalformedDhcpException;
import dev.garboard.dhcp.MalformedDhcpException.Fault;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every way of getting no answer, each with what is told of it. What is new and not in here fails. */
class SilenceTest {

    private static final InetSocketAddress SENDER = new InetSocketAddress(Ipv4.parse("192.168.77.55"), 68);
    private static final String MAC = "52:54:00:12:34:56";

    /** A datagram that is no message: changed bytes of a good DISCOVER. */
    private record Malformed(String name, Fault fault, String mac, Consumer<ByteBuffer> change, int length) {}

    private static final int WHOLE = 300;

    private static final List<Malformed> MALFORMED = List.of(
            new Malformed("nothing at all", Fault.TOO_SHORT, "", _ -> {}, 0),
            new Malformed("cut before the hardware address", Fault.TOO_SHORT, "", _ -> {}, 30),
            new Malformed("cut before the cookie", Fault.TOO_SHORT, MAC, _ -> {}, 236),
            new Malformed("no cookie", Fault.NO_COOKIE, MAC, bytes -> bytes.putInt(236, 0), WHOLE),
            new Malformed("op 0", Fault.WRONG_OP, MAC, bytes -> bytes.put(0, (byte) 0), WHOLE),
            new Malformed("op 255", Fault.WRONG_OP, MAC, bytes -> bytes.put(0, (byte) 255), WHOLE),
            new Malformed("hlen 20", Fault.HARDWARE_ADDRESS_TOO_LONG, MAC, bytes -> bytes.put(2, (byte) 20), WHOLE),
            new Malformed("hlen 255", Fault.HARDWARE_ADDRESS_TOO_LONG, MAC, bytes -> bytes.put(2, (byte) 255), WHOLE),
            new Malformed(
                    "an option without its length",
                    Fault.TRUNCATED_OPTION,
                    MAC,
                    bytes -> bytes.put(243, (byte) 60),
                    244),
            new Malformed(
                    "an option longer than the rest",
                    Fault.TRUNCATED_OPTION,
                    MAC,
                    bytes -> bytes.put(243, (byte) 60).put(244, (byte) 200),
                    WHOLE));

    @Test
    void whatIsNoMessageIsToldWithItsFaultAndTheAddressItSays() {
        // A value that is not understood is no reason for silence.
        var faults = EnumSet.of(Fault.OPTION_VALUE);
        for (var malformed : MALFORMED) {
            var bench = new Bench();

            receive(bench, malformed.length(), malformed.change());

            assertEquals(
                    List.of("malformed " + malformed.fault() + " " + malformed.mac()), bench.told, malformed.name());
            faults.add(malformed.fault());
        }
        assertEquals(EnumSet.allOf(Fault.class), faults);
    }

    @Test
    void whateverBytesComeOneThingIsToldOfThem() {
        var random = new Random(19);
        for (int i = 0; i < 20_000; i++) {
            var bench = new Bench();
            int changes = 1 + random.nextInt(4);
            receive(bench, WHOLE - random.nextInt(120), bytes -> {
                for (int n = 0; n < changes; n++) {
                    bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
                }
            });
            long endings = bench.told.stream()
                    .filter(told -> !told.startsWith("received"))
                    .count();
            assertEquals(1, endings, () -> bench.told.toString());
        }
    }

    @Test
    void anErrorBelowIsToldAndTheNextMessageIsAnswered() {
        var bench = new Bench();
        bench.instruction = CompletableFuture.failedFuture(new NoClassDefFoundError("Desk"));
        receive(bench, discoverOfFirmware());
        bench.instruction = CompletableFuture.completedFuture(new BootInstruction.Nothing("works again"));
        receive(bench, discoverOfFirmware());

        assertEquals(
                List.of("received DISCOVER", "silent DECISION_FAILED", "received DISCOVER", "replied Optional[OFFER]"),
                bench.told);
    }

    @Test
    void anErrorInWhoIsToldGivesTheClientsPlaceBack() {
        var bench = new Bench();
        var events = new FailsOnce(bench);
        for (int i = 0; i < 2; i++) {
            new EmbeddedChannel(new DhcpHandler(bench.server, Bench.SERVER, false, events))
                    .writeInbound(datagram(discoverOfFirmware()));
        }

        assertEquals(List.of("silent DECISION_FAILED", "received DISCOVER", "replied Optional[OFFER]"), bench.told);
    }

    /** Who is told, and runs out of stack the first time. */
    private static final class FailsOnce implements DhcpEvents {

        private final Bench bench;
        private boolean failed;

        FailsOnce(Bench bench) {
            this.bench = bench;
        }

        @Override
        public void received(Request request) {
            if (!failed) {
                failed = true;
                throw new StackOverflowError();
            }
            bench.received(request);
        }

        @Override
        public void replied(Request request, DhcpMessage reply) {
            bench.replied(request, reply);
        }

        @Override
        public void silent(DhcpMessage message, Silence reason) {
            bench.silent(message, reason);
        }

        @Override
        public void malformed(InetSocketAddress sender, MalformedDhcpException malformed) {
            bench.malformed(sender, malformed);
        }
    }

    @Test
    void aReplyThatCannotBeSentIsTold() {
        var bench = new Bench();
        var channel = channel(bench);
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                promise.setFailure(new IOException("Network is unreachable"));
            }
        });

        channel.writeInbound(datagram(discoverOfFirmware()));

        assertEquals(List.of("received DISCOVER", "silent NOT_SENT"), bench.told);
    }

    @Test
    void everyReasonHasWordsOfItsOwn() {
        var words = Stream.of(Silence.values()).map(Silence::explanation).toList();

        assertEquals(words.size(), words.stream().distinct().count());
    }

    private static void receive(Bench bench, int length, Consumer<ByteBuffer> change) {
        var bytes = ByteBuffer.wrap(discoverOfFirmware());
        change.accept(bytes);
        var cut = new byte[length];
        bytes.get(0, cut, 0, Math.min(length, bytes.limit()));
        receive(bench, cut);
    }

    private static void receive(Bench bench, byte[] bytes) {
        channel(bench).writeInbound(datagram(bytes));
    }

    private static EmbeddedChannel channel(Bench bench) {
        return new EmbeddedChannel(new DhcpHandler(bench.server, Bench.SERVER, false, bench));
    }

    private static DatagramPacket datagram(byte[] bytes) {
        return new DatagramPacket(Unpooled.wrappedBuffer(bytes), new InetSocketAddress(Bench.SERVER, 67), SENDER);
    }

    /** A DISCOVER of PXE firmware: type at 240, option 60 at 243. */
    private static byte[] discoverOfFirmware() {
        var bytes = ByteBuffer.allocate(WHOLE);
        bytes.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(0x1234);
        bytes.put(28, HexFormat.ofDelimiter(":").parseHex(MAC));
        bytes.putInt(236, 0x63825363);
        bytes.put(240, HexFormat.of().parseHex("350101" + "3c09505845436c69656e74" + "5d020000" + "ff"));
        assertEquals(
                "Optional[DISCOVER]", DhcpCodec.decode(bytes.array()).type().toString());
        return bytes.array();
    }
}
