package dev.garboard.agent.net;

import com.sun.jna.LastErrorException;
import dev.garboard.agent.linux.Libc;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.net.NetlinkMessage.Address;
import dev.garboard.agent.net.NetlinkMessage.Link;
import dev.garboard.agent.net.NetlinkMessage.Route;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and changes the kernel's interfaces, addresses and routes; one socket a request, so that no answer is mixed up. */
public final class Netlink {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int REQUEST = 1;
    private static final int ACK = 4;
    private static final int DUMP = 0x300;
    private static final int CREATE_OR_REPLACE = 0x500;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int DELADDR = 21;
    private static final int DELROUTE = 25;
    private static final int GETLINK = 18;
    private static final int GETADDR = 22;
    private static final int GETROUTE = 26;
    private static final int AF_INET = 2;
    private static final int HEADER = 16;
    private static final int BUFFER = 65536;

    /** From DHCP, as rtnetlink(7) numbers the origins of routes. */
    private static final byte RTPROT_DHCP = 16;

    private Netlink() {}

    /** All interfaces. */
    public static List<Link> links() {
        return dump(GETLINK, 16, Link.class);
    }

    /** All addresses of all interfaces. */
    public static List<Address> addresses() {
        return dump(GETADDR, 8, Address.class);
    }

    /** The main routing table. */
    public static List<Route> routes() {
        return dump(GETROUTE, 12, Route.class);
    }

    /** Switches an interface on. */
    public static void up(int index) {
        change(
                "link " + index + " up",
                NetlinkMessage.NEWLINK,
                0,
                b -> b.putInt(0).putInt(index).putInt(1).putInt(1));
    }

    /** Sets an interface's largest packet. */
    public static void setMtu(int index, int mtu) {
        change("link " + index + " mtu " + mtu, NetlinkMessage.NEWLINK, 0, b -> {
            b.putInt(0).putInt(index).putInt(0).putInt(0);
            attribute(b, 4, number(mtu));
        });
    }

    /** Adds an address, or changes its properties. */
    public static void addAddress(int index, InetAddress address, int prefixLength) {
        changeAddress(NetlinkMessage.NEWADDR, CREATE_OR_REPLACE, index, address, prefixLength);
    }

    /** Takes an address away, and with it the routes that need it. */
    public static void removeAddress(int index, InetAddress address, int prefixLength) {
        changeAddress(DELADDR, 0, index, address, prefixLength);
    }

    private static void changeAddress(int type, int flags, int index, InetAddress address, int prefixLength) {
        String what = (type == DELADDR ? "remove " : "add ") + address.getHostAddress() + "/" + prefixLength
                + " on interface " + index;
        change(what, type, flags, b -> {
            b.put((byte) AF_INET).put((byte) prefixLength).putShort((short) 0).putInt(index);
            attribute(b, 2, address.getAddress());
            attribute(b, 1, address.getAddress());
        });
    }

    /**
     * Adds or replaces an IPv4 route.
     *
     * @param gateway none: the destination is on the link
     * @param onLink whether the gateway is to be taken as reachable although no address says so
     */
    public static void addRoute(
            int index, InetAddress destination, int prefixLength, @Nullable InetAddress gateway, boolean onLink) {
        changeRoute(NetlinkMessage.NEWROUTE, CREATE_OR_REPLACE, index, destination, prefixLength, gateway, onLink);
    }

    /** Takes a route away. */
    public static void removeRoute(
            int index, InetAddress destination, int prefixLength, @Nullable InetAddress gateway) {
        changeRoute(DELROUTE, 0, index, destination, prefixLength, gateway, false);
    }

    private static void changeRoute(
            int type,
            int flags,
            int index,
            InetAddress destination,
            int prefixLength,
            @Nullable InetAddress gateway,
            boolean onLink) {
        final byte mainTable = (byte) 254;
        final byte unicast = 1;
        final byte linkScope = (byte) (gateway == null ? 253 : 0);
        String what = "route to " + destination.getHostAddress() + "/" + prefixLength + " on interface " + index;
        change(what, type, flags, b -> {
            b.put((byte) AF_INET).put((byte) prefixLength).put((byte) 0).put((byte) 0);
            b.put(mainTable).put(RTPROT_DHCP).put(linkScope).put(unicast).putInt(onLink ? 4 : 0);
            if (prefixLength > 0) {
                attribute(b, 1, destination.getAddress());
            }
            if (gateway != null) {
                attribute(b, 5, gateway.getAddress());
            }
            attribute(b, 4, number(index));
        });
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static void attribute(ByteBuffer b, int type, byte[] value) {
        b.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while ((b.position() & 3) != 0) {
            b.put((byte) 0);
        }
    }

    private static void change(String what, int type, int flags, Consumer<ByteBuffer> body) {
        exchange(what, type, REQUEST | ACK | flags, body, (_, _) -> {});
    }

    private static <T extends NetlinkMessage> List<T> dump(int type, int bodyLength, Class<T> wanted) {
        var found = new ArrayList<T>();
        exchange("dump " + type, type, REQUEST | DUMP, b -> b.put(new byte[bodyLength]), (answer, body) -> {
            NetlinkMessage.read(answer, body)
                    .filter(wanted::isInstance)
                    .map(wanted::cast)
                    .ifPresent(found::add);
        });
        return List.copyOf(found);
    }

    private interface Answers {
        void take(int type, ByteBuffer body);
    }

    private static void exchange(String what, int type, int flags, Consumer<ByteBuffer> body, Answers answers) {
        try {
            int socket = Libc.socket(AF_NETLINK, SOCK_RAW | Libc.O_CLOEXEC, 0);
            try {
                var out =
                        ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN).position(HEADER);
                body.accept(out);
                int length = out.position();
                out.putInt(0, length)
                        .putShort(4, (short) type)
                        .putShort(6, (short) flags)
                        .putInt(8, 1);
                var kernel = new byte[12];
                kernel[0] = AF_NETLINK;
                Libc.sendto(socket, Arrays.copyOf(out.array(), length), Libc.word(length), 0, kernel, kernel.length);
                var in = new byte[BUFFER];
                boolean more = true;
                while (more) {
                    int received =
                            Libc.recv(socket, in, Libc.word(in.length), 0).intValue();
                    more = readAll(what, ByteBuffer.wrap(in, 0, received), answers);
                }
            } finally {
                Libc.close(socket);
            }
        } catch (LastErrorException failed) {
            throw new SystemCallException("netlink: " + what, failed);
        }
    }

    /** Reads the messages of one datagram; whether more datagrams follow. */
    private static boolean readAll(String what, ByteBuffer datagram, Answers answers) {
        datagram.order(ByteOrder.LITTLE_ENDIAN);
        while (datagram.remaining() >= HEADER) {
            int at = datagram.position();
            int length = datagram.getInt(at);
            int type = datagram.getShort(at + 4) & 0xffff;
            if (length < HEADER || length > datagram.remaining()) {
                throw new IllegalArgumentException("netlink: " + what + ": message of " + length + " octets, "
                        + datagram.remaining() + " are left");
            }
            if (type == DONE) {
                return false;
            }
            if (type == ERROR) {
                int errno = -datagram.getInt(at + HEADER);
                if (errno != 0) {
                    throw new SystemCallException("netlink: " + what, new LastErrorException(errno));
                }
                return false;
            }
            answers.take(type, datagram.slice(at + HEADER, length - HEADER));
            datagram.position(Math.min(datagram.limit(), at + ((length + 3) & ~3)));
        }
        return true;
    }
}
