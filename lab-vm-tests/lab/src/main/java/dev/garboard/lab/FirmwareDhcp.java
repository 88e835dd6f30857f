package dev.garboard.lab;

import dev.garboard.dhcp.Arch;
import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MalformedDhcpException;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import dev.garboard.dhcp.SubOption;
import dev.garboard.dhcp.client.LeaseInfo;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The DHCP dialogue as iPXE leads it in the ROM of a network card: DISCOVER, OFFER, REQUEST, ACK, and the file to boot. */
record FirmwareDhcp(MacAddress mac, UUID uuid) {

    private static final int CLIENT = 68;
    private static final int SERVER = 67;
    private static final int TRIES = 6;

    /** Mask, router, DNS, log servers, host name, domain, root path, vendor, identifier, TFTP server, file, search, iPXE, iSCSI name. */
    private static final List<Integer> WANTED = List.of(1, 3, 6, 7, 12, 15, 17, 43, 54, 60, 66, 67, 119, 175, 203);

    /** HTTP, PXE stack, bzImage, menus: what this firmware's namesake announces in option 175. */
    private static final List<Integer> FEATURES = List.of(19, 33, 24, 39);

    /** A lease and what to boot. */
    record Answer(LeaseInfo lease, String bootFile) {}

    Answer ask() {
        int transaction = ThreadLocalRandom.current().nextInt();
        try (var socket = new DatagramSocket(null)) {
            socket.setReuseAddress(true);
            socket.setBroadcast(true);
            socket.bind(new InetSocketAddress(CLIENT));
            var offer = exchange(socket, message(transaction, MessageType.DISCOVER, List.of()), MessageType.OFFER);
            var offered = LeaseInfo.of(offer).orElseThrow();
            var request = message(
                    transaction,
                    MessageType.REQUEST,
                    List.of(
                            new DhcpOption.ServerIdentifier(offered.server()),
                            new DhcpOption.RequestedAddress(offered.address())));
            var acknowledged = exchange(socket, request, MessageType.ACK);
            return new Answer(LeaseInfo.of(acknowledged).orElseThrow(), bootFile(acknowledged));
        } catch (IOException failed) {
            throw new LabException("DHCP failed: " + failed.getMessage(), failed);
        }
    }

    private static String bootFile(DhcpMessage reply) {
        var file = reply.options()
                .find(DhcpOption.BootFileName.class)
                .map(DhcpOption.BootFileName::name)
                .orElse(reply.bootFile());
        if (file.isEmpty()) {
            throw new LabException("the DHCP server named nothing to boot");
        }
        return file;
    }

    /** Sends until the answer comes; the pauses double, as everybody's do. */
    private DhcpMessage exchange(DatagramSocket socket, DhcpMessage message, MessageType expected) throws IOException {
        var bytes = DhcpCodec.encode(message, DhcpCodec.MINIMUM, DhcpCodec.MAXIMUM)
                .orElseThrow(() -> new IllegalStateException("the options of the firmware do not fit a datagram"));
        for (int attempt = 0; attempt < TRIES; attempt++) {
            socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(Ipv4.BROADCAST, SERVER)));
            long deadline = System.nanoTime() + (1_000_000_000L << attempt);
            for (var reply = receive(socket, deadline); reply.isPresent(); reply = receive(socket, deadline)) {
                var found = reply.get();
                if (found.transactionId() != message.transactionId()
                        || !found.mac().equals(Optional.of(mac))) {
                    continue;
                }
                if (found.type().equals(Optional.of(MessageType.NAK))) {
                    throw new LabException("the DHCP server refused what it had offered");
                }
                if (found.type().equals(Optional.of(expected))
                        && LeaseInfo.of(found).isPresent()) {
                    return found;
                }
            }
        }
        throw new LabException("no DHCP server answered " + message.type().orElseThrow());
    }

    /** The next message that is one; empty at the deadline. */
    private static Optional<DhcpMessage> receive(DatagramSocket socket, long deadline) throws IOException {
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            socket.setSoTimeout((int) left);
            var datagram = new DatagramPacket(new byte[2048], 2048);
            try {
                socket.receive(datagram);
                return Optional.of(DhcpCodec.decode(Arrays.copyOf(datagram.getData(), datagram.getLength())));
            } catch (SocketTimeoutException | MalformedDhcpException nothing) {
                // The deadline tells whether to go on.
            }
        }
    }

    private DhcpMessage message(int transaction, MessageType type, List<DhcpOption> own) {
        var options = new ArrayList<DhcpOption>();
        options.add(new DhcpOption.Type(type));
        options.addAll(own);
        options.add(new DhcpOption.MaximumSize(DhcpCodec.MAXIMUM));
        options.add(new DhcpOption.VendorClass("PXEClient:Arch:00000:UNDI:002001"));
        options.add(new DhcpOption.UserClass(Octets.ofText("iPXE")));
        options.add(new DhcpOption.Architectures(List.of(Arch.X86_BIOS)));
        options.add(new DhcpOption.NetworkInterface(1, 2, 1));
        options.add(new DhcpOption.RequestList(WANTED));
        options.add(DhcpOption.Ipxe.of(
                FEATURES.stream().map(feature -> SubOption.ofByte(feature, 1)).toList()));
        options.add(
                new DhcpOption.ClientIdentifier(Octets.ofHex("%02x%s".formatted(DhcpMessage.ETHERNET, mac.octets()))));
        options.add(new DhcpOption.MachineIdentifier(Octets.ofHex("00" + hex(uuid))));
        // The answer cannot be sent to an address that is not there yet.
        return DhcpMessage.fromClient(mac, transaction, new DhcpOptions(options))
                .withBroadcast();
    }

    /** In the byte order of SMBIOS, as iPXE sends it. */
    private static String hex(UUID uuid) {
        return HexFormat.of().formatHex(smbiosOrder(uuid));
    }

    /** The first three fields of a UUID are little-endian there. */
    static byte[] smbiosOrder(UUID uuid) {
        long high = uuid.getMostSignificantBits();
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) (high >>> 32))
                .putShort((short) (high >>> 16))
                .putShort((short) high)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }
}
