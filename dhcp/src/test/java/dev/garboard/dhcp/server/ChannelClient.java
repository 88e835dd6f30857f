package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.client.ClientAction;
import dev.garboard.dhcp.client.ClientContext;
import dev.garboard.dhcp.client.ClientIdentity;
import dev.garboard.dhcp.client.ClientState;
import dev.garboard.dhcp.client.ClientStep;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The agent's client over a plain socket, as a process in the client's namespace. Prints the lease it got. */
final class ChannelClient {

    private ChannelClient() {}

    @SuppressWarnings("SystemOut") // its standard output is what the test reads
    public static void main(String[] args) throws IOException {
        var identity = ClientIdentity.agent(MacAddress.parse(args[0]), null);
        try (var socket = new DatagramSocket(68)) {
            socket.setBroadcast(true);
            socket.setSoTimeout(500);
            var step = ClientState.start(new ClientContext(identity, new Random()), Instant.now());
            var end = Instant.now().plusSeconds(20);
            while (Instant.now().isBefore(end)) {
                if (carryOut(step, socket)) {
                    return;
                }
                step = next(step.state(), socket);
            }
            System.out.println("no lease");
        }
    }

    @SuppressWarnings("SystemOut") // likewise
    private static boolean carryOut(ClientStep step, DatagramSocket socket) throws IOException {
        for (var action : step.actions()) {
            if (action instanceof ClientAction.Configure(var lease)) {
                System.out.println("bound " + lease.address().getHostAddress() + "/" + lease.prefixLength() + " from "
                        + lease.server().getHostAddress());
                return true;
            }
            if (action instanceof ClientAction.Broadcast(var message)) {
                var bytes = DhcpCodec.encode(message, DhcpCodec.MINIMUM, DhcpCodec.MAXIMUM)
                        .orElseThrow();
                socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName("255.255.255.255"), 67));
            }
        }
        return false;
    }

    private static ClientStep next(ClientState state, DatagramSocket socket) throws IOException {
        var datagram = new DatagramPacket(new byte[2048], 2048);
        try {
            socket.receive(datagram);
            var bytes = Arrays.copyOf(datagram.getData(), datagram.getLength());
            return state.receive(DhcpCodec.decode(bytes), Instant.now());
        } catch (SocketTimeoutException quiet) {
            return Instant.now().isBefore(state.deadline())
                    ? new ClientStep(state, List.of())
                    : state.elapse(Instant.now());
        }
    }
}
