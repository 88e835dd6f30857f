package dev.garboard.e2e;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A firmware that cannot wait: asks fifty times a second, from before the server is started until it is offered an address. Prints
 * the milliseconds from the start of the server's process to the OFFER, those of processor time, and the process.
 */
final class FirstOffer {

    private static final int MILLIS_BETWEEN_DISCOVERS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private FirstOffer() {}

    /** Arguments: a file for what the server says, and the command that starts it. */
    @SuppressWarnings("SystemOut") // its standard output is what the test reads
    public static void main(String[] args) throws IOException {
        var log = Path.of(args[0]);
        var command = List.of(args).subList(1, args.length);
        try (var socket = new DatagramSocket(68)) {
            socket.setBroadcast(true);
            socket.setSoTimeout(MILLIS_BETWEEN_DISCOVERS);
            // What this program itself has to load is loaded now.
            ask(socket);
            long started = System.nanoTime();
            var server = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            while (!ask(socket)) {
                if (!server.isAlive() || System.nanoTime() - started > LIMIT.toNanos()) {
                    throw new IllegalStateException("no OFFER; the server says\n" + Files.readString(log));
                }
            }
            long offered = System.nanoTime();
            var cpu = server.info().totalCpuDuration().orElse(Duration.ZERO);
            System.out.println((offered - started) / 1_000_000 + " " + cpu.toMillis() + " " + server.pid());
        }
    }

    /** What iPXE asks; its user class is its name. */
    private static boolean ask(DatagramSocket socket) throws IOException {
        var discover = DhcpMessage.fromClient(
                        MacAddress.parse("52:54:00:77:00:01"),
                        7,
                        DhcpOptions.of(
                                new DhcpOption.Type(MessageType.DISCOVER),
                                new DhcpOption.UserClass(Octets.ofHex("69505845"))))
                .withBroadcast();
        var bytes =
                DhcpCodec.encode(discover, DhcpCodec.MINIMUM, DhcpCodec.MAXIMUM).orElseThrow();
        try {
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName("255.255.255.255"), 67));
            var answer = new DatagramPacket(new byte[2048], 2048);
            socket.receive(answer);
            return DhcpCodec.decode(Arrays.copyOf(answer.getData(), answer.getLength()))
                    .type()
                    .filter(MessageType.OFFER::equals)
                    .isPresent();
        } catch (SocketTimeoutException quiet) {
            return false;
        }
    }
}
