package dev.garboard.e2e;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A machine whose network cable ends in this process: every datagram of QEMU's {@code -netdev dgram} is one Ethernet frame,
 * and the rig is all that is on the segment. No privilege, no bridge. The first TFTP read request or TCP SYN proves that the
 * firmware accepted the DHCP dialogue.
 */
final class FirmwareRig {

    static final MacAddress GUEST = MacAddress.parse("52:54:00:77:00:99");
    static final Inet4Address SERVER = Ipv4.parse("192.168.77.1");

    private static final MacAddress SERVER_MAC = MacAddress.parse("52:54:00:00:00:01");
    private static final int READ_REQUEST = 1;

    private final Firmware firmware;
    private final Responder responder;
    private final Path directory;
    private final List<String> events = new ArrayList<>();
    private int unansweredOffers;
    private long started;

    /** The DHCP server under test, without its sockets. */
    interface Responder {
        Optional<Answer> answer(DhcpMessage request, boolean bootPort, InetSocketAddress sender);
    }

    /** A reply and where to. */
    record Answer(Octets payload, InetSocketAddress destination) {}

    /** How far the firmware came. */
    sealed interface Ending {

        /** It asked for a file by TFTP. */
        record TftpRead(Inet4Address server, String file) implements Ending {}

        /** It opened a connection. */
        record Connect(Inet4Address server, int port) implements Ending {}

        /** It discovered again without a REQUEST for what it was offered. */
        record OfferIgnored() implements Ending {}

        /** Nothing of that happened in time. */
        record Deadline(List<String> events, String serialLog) implements Ending {}
    }

    FirmwareRig(Firmware firmware, Responder responder, Path directory) {
        this.firmware = firmware;
        this.responder = responder;
        this.directory = directory;
    }

    /** What happened, each with the seconds since power on. */
    List<String> events() {
        return List.copyOf(events);
    }

    Ending powerOn(Duration deadline) throws IOException, InterruptedException {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            int guestPort = freePort();
            var process = new ProcessBuilder(firmware.command(directory, guestPort, socket.getLocalPort()))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("qemu.log").toFile())
                    .start();
            started = System.nanoTime();
            try {
                socket.setSoTimeout(50);
                while (elapsed().compareTo(deadline) < 0 && process.isAlive()) {
                    var ending = next(socket, guestPort);
                    if (ending.isPresent()) {
                        return ending.get();
                    }
                }
                return new Ending.Deadline(events(), read("serial.log") + read("qemu.log"));
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** QEMU binds its own end, so this only finds a port that nobody has. */
    private static int freePort() throws IOException {
        try (var probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private Optional<Ending> next(DatagramSocket socket, int guestPort) throws IOException {
        var datagram = new DatagramPacket(new byte[65536], 65536);
        try {
            socket.receive(datagram);
        } catch (SocketTimeoutException quiet) {
            return Optional.empty();
        }
        var frame = Arrays.copyOf(datagram.getData(), datagram.getLength());
        return switch (Frame.read(frame)) {
            case Frame.Read.ArpRequest request -> {
                if (request.target().equals(SERVER)) {
                    send(socket, guestPort, Frame.arpReply(request, SERVER_MAC));
                }
                yield Optional.empty();
            }
            case Frame.Read.RouterSolicitation() -> {
                event("router solicitation");
                send(socket, guestPort, Frame.noRouter(SERVER_MAC));
                yield Optional.empty();
            }
            case Frame.Read.TcpSyn(var to, var port) -> {
                event("SYN to " + to.getHostAddress() + ":" + port);
                yield Optional.of(new Ending.Connect(to, port));
            }
            case Frame.Read.Datagram received -> datagram(received, socket, guestPort);
            case Frame.Read.Other() -> Optional.empty();
        };
    }

    private Optional<Ending> datagram(Frame.Read.Datagram received, DatagramSocket socket, int guestPort)
            throws IOException {
        if (received.toPort() == 69 && received.payload().toArray()[1] == READ_REQUEST) {
            var text = new String(received.payload().toArray(), StandardCharsets.ISO_8859_1).substring(2);
            event("RRQ " + text.replace('\0', ' '));
            return Optional.of(new Ending.TftpRead(received.to(), text.substring(0, text.indexOf('\0'))));
        }
        if (received.toPort() != 67 && received.toPort() != 4011) {
            return Optional.empty();
        }
        var request = DhcpCodec.decode(received.payload().toArray());
        var type = request.type().orElseThrow();
        event(type + " to " + received.toPort() + ", secs " + request.seconds());
        // iPXE repeats its DISCOVER while it waits for a proxy; firmware only when it did not like the offer.
        if (type == MessageType.DISCOVER && unansweredOffers > 0 && firmware != Firmware.IPXE_ROM) {
            return Optional.of(new Ending.OfferIgnored());
        }
        unansweredOffers = type == MessageType.DISCOVER ? unansweredOffers : 0;
        var sender = new InetSocketAddress(received.from(), received.fromPort());
        var answer = responder.answer(request, received.toPort() == 4011, sender);
        if (answer.isPresent()) {
            unansweredOffers += type == MessageType.DISCOVER ? 1 : 0;
            var to = (Inet4Address) answer.get().destination().getAddress();
            send(
                    socket,
                    guestPort,
                    Frame.udp(
                            SERVER_MAC,
                            to.equals(Ipv4.BROADCAST) ? Frame.BROADCAST : received.source(),
                            SERVER,
                            received.toPort(),
                            to,
                            answer.get().destination().getPort(),
                            answer.get().payload().toArray()));
        }
        return Optional.empty();
    }

    private void send(DatagramSocket socket, int guestPort, byte[] frame) throws IOException {
        socket.send(new DatagramPacket(frame, frame.length, InetAddress.getLoopbackAddress(), guestPort));
    }

    private void event(String what) {
        events.add("%.2f %s".formatted(elapsed().toMillis() / 1000.0, what));
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    private String read(String file) throws IOException {
        var path = directory.resolve(file);
        return Files.exists(path) ? Files.readString(path, StandardCharsets.ISO_8859_1) : "";
    }
}
