package dev.garboard.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** An authoritative name server for one name, to be run inside the lab's network: its address, the name and the name's address. */
final class DnsResponder {

    private DnsResponder() {}

    static void main(String[] arguments) throws IOException {
        var name = Name.fromString(arguments[1]);
        var answer = new ARecord(name, DClass.IN, 60, InetAddress.ofLiteral(arguments[2]));
        try (var socket = new DatagramSocket(53, InetAddress.ofLiteral(arguments[0]))) {
            System.out.println("listening");
            var packet = new DatagramPacket(new byte[512], 512);
            while (true) {
                packet.setLength(512);
                socket.receive(packet);
                var reply = reply(packet, answer).toWire();
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            }
        }
    }

    private static Message reply(DatagramPacket packet, ARecord answer) throws IOException {
        var query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        var question = query.getQuestion();
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.AA);
        reply.addRecord(question, Section.QUESTION);
        if (!question.getName().equals(answer.getName())) {
            reply.getHeader().setRcode(Rcode.NXDOMAIN);
        } else if (question.getType() == Type.A) {
            reply.addRecord(answer, Section.ANSWER);
        }
        return reply;
    }
}
