package dev.garboard.agent.net;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;

/** A name server on an address of the loopback that behaves as the test says. */
final class NameServer implements AutoCloseable {

    private final DatagramSocket socket;
    private final AtomicInteger questions = new AtomicInteger();
    private volatile Udp behaviour;
    private @Nullable ServerSocket tcp;

    /** What it sends for a question, in this order; nothing when it is silent. */
    interface Udp {
        List<byte[]> answers(Message question) throws IOException;
    }

    NameServer(int host, int port, Udp behaviour) throws IOException {
        this.behaviour = behaviour;
        this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + host), port));
        Thread.ofVirtual().start(this::serve);
    }

    InetAddress address() {
        return socket.getLocalAddress();
    }

    int port() {
        return socket.getLocalPort();
    }

    int questions() {
        return questions.get();
    }

    void becomes(Udp other) {
        behaviour = other;
    }

    /** It listens by TCP as well. There its answer is changed, or, when it is to be silent, never sent. */
    NameServer withTcp(Consumer<Message> change, boolean silent) throws IOException {
        var listening = new ServerSocket();
        listening.bind(socket.getLocalSocketAddress());
        tcp = listening;
        Thread.ofVirtual().start(() -> serveTcp(listening, change, silent));
        return this;
    }

    private void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[512], 512);
                socket.receive(packet);
                questions.incrementAndGet();
                var question = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                for (byte[] answer : behaviour.answers(question)) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private static void serveTcp(ServerSocket listening, Consumer<Message> change, boolean silent) {
        try {
            while (true) {
                try (var connection = listening.accept()) {
                    var in = new DataInputStream(connection.getInputStream());
                    var reply = reply(new Message(in.readNBytes(in.readUnsignedShort())));
                    change.accept(reply);
                    byte[] bytes = reply.toWire();
                    if (silent) {
                        // Until the other side gives up.
                        in.read();
                    } else {
                        var framed = ByteBuffer.allocate(2 + bytes.length)
                                .putShort((short) bytes.length)
                                .put(bytes);
                        connection.getOutputStream().write(framed.array());
                    }
                }
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    /** The answer of a recursive server. */
    static Message reply(Message question) throws IOException {
        var asked = question.getQuestion();
        var reply = new Message(question.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(asked, Section.QUESTION);
        reply.addRecord(new PTRRecord(asked.getName(), DClass.IN, 60, Name.fromString("localhost.")), Section.ANSWER);
        return reply;
    }

    static TXTRecord text(String text) {
        return new TXTRecord(Name.root, DClass.IN, 60, text);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        if (tcp != null) {
            tcp.close();
        }
    }
}
