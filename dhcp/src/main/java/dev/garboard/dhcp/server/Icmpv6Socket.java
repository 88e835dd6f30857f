package dev.garboard.dhcp.server;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * A raw ICMPv6 socket on one interface that hears router solicitations. Java has no raw sockets, so this calls the C
 * library by the JDK's own foreign-function interface.
 */
final class Icmpv6Socket implements AutoCloseable {

    static final int ROUTER_SOLICITATION = 133;

    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int IPV6_MULTICAST_IF = 17;
    private static final int IPV6_MULTICAST_HOPS = 18;
    private static final int IPV6_MULTICAST_LOOP = 19;
    private static final int IPV6_JOIN_GROUP = 20;
    private static final int ICMP6_FILTER = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final short POLLIN = 1;
    private static final int MAXIMUM = 1500;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle SOCKET = function("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SENDTO = function(
            "sendto", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle RECV =
            function("recv", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle POLL =
            function("poll", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment errno = arena.allocate(ERRNO);
    private final MemorySegment buffer = arena.allocate(MAXIMUM);
    private final MemorySegment poll = arena.allocate(8, 4);
    private final int index;
    private final int descriptor;

    Icmpv6Socket(String interfaceName) throws SocketException {
        var networkInterface = NetworkInterface.getByName(interfaceName);
        if (networkInterface == null) {
            throw new SocketException("there is no interface " + interfaceName);
        }
        index = networkInterface.getIndex();
        descriptor = open();
        try {
            // ICMP6_FILTER: a set bit blocks its type.
            var filter = arena.allocate(32, 4).fill((byte) 0xFF);
            int word = (ROUTER_SOLICITATION / 32) * 4;
            filter.set(INT, word, ~(1 << (ROUTER_SOLICITATION % 32)));
            option(SOL_SOCKET, SO_BINDTODEVICE, text(interfaceName));
            option(IPPROTO_ICMPV6, ICMP6_FILTER, filter);
            option(IPPROTO_IPV6, IPV6_MULTICAST_IF, number(index));
            option(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, number(0));
            // Hosts drop router advertisements with a lower hop limit: they have been routed (RFC 4861 section 6.1.2).
            option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, number(255));
            option(IPPROTO_IPV6, IPV6_JOIN_GROUP, membership(2));
        } catch (SocketException failed) {
            close();
            throw failed;
        }
    }

    /** Whether a solicitation came within the time; more than one at once count as one. */
    boolean awaitSolicitation(int milliseconds) throws SocketException {
        poll.set(INT, 0, descriptor);
        poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
        try {
            if ((int) POLL.invokeExact(errno, poll, 1L, milliseconds) <= 0) {
                return false;
            }
            boolean solicited = false;
            while ((long) RECV.invokeExact(errno, descriptor, buffer, (long) MAXIMUM, MSG_DONTWAIT) > 0) {
                solicited |= (buffer.get(ValueLayout.JAVA_BYTE, 0) & 255) == ROUTER_SOLICITATION;
            }
            return solicited;
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Sends to all nodes of the link; the kernel fills in the checksum. */
    void sendToAllNodes(byte[] packet) throws SocketException {
        try (var call = Arena.ofConfined()) {
            var bytes = call.allocateFrom(ValueLayout.JAVA_BYTE, packet);
            var address = call.allocate(28, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET6);
            address.set(ValueLayout.JAVA_BYTE, 8, (byte) 0xFF);
            address.set(ValueLayout.JAVA_BYTE, 9, (byte) 2);
            address.set(ValueLayout.JAVA_BYTE, 23, (byte) 1);
            address.set(INT, 24, index);
            long sent = (long) SENDTO.invokeExact(errno, descriptor, bytes, (long) packet.length, 0, address, 28);
            if (sent < 0) {
                throw failed("sendto");
            }
        } catch (SocketException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    @Override
    public void close() {
        try {
            var _ = (int) CLOSE.invokeExact(errno, descriptor);
        } catch (Throwable thrown) {
            throw new IllegalStateException("close", thrown);
        } finally {
            arena.close();
        }
    }

    private int open() throws SocketException {
        int opened;
        try {
            opened = (int) SOCKET.invokeExact(errno, AF_INET6, SOCK_RAW_CLOEXEC, IPPROTO_ICMPV6);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
        if (opened < 0) {
            var failure = failed("socket");
            arena.close();
            throw failure;
        }
        return opened;
    }

    private void option(int level, int name, MemorySegment value) throws SocketException {
        int result;
        try {
            result = (int) SETSOCKOPT.invokeExact(errno, descriptor, level, name, value, (int) value.byteSize());
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
        if (result < 0) {
            throw failed("setsockopt " + level + " " + name);
        }
    }

    /** The group ff02::{@code group} on this interface. */
    private MemorySegment membership(int group) {
        var request = arena.allocate(20, 4);
        request.set(ValueLayout.JAVA_BYTE, 0, (byte) 0xFF);
        request.set(ValueLayout.JAVA_BYTE, 1, (byte) 2);
        request.set(ValueLayout.JAVA_BYTE, 15, (byte) group);
        request.set(INT, 16, index);
        return request;
    }

    private MemorySegment number(int value) {
        return arena.allocateFrom(INT, value);
    }

    private MemorySegment text(String value) {
        return arena.allocateFrom(value, StandardCharsets.US_ASCII);
    }

    private SocketException failed(String call) {
        int number = errno.get(INT, ERRNO.byteOffset(MemoryLayout.PathElement.groupElement("errno")));
        var reason = switch (number) {
            case 1, 13 -> "permission denied; it needs CAP_NET_RAW";
            case 97 -> "this kernel has no IPv6";
            case 99 -> "the interface has no link-local IPv6 address (yet)";
            default -> "errno " + number;
        };
        return new SocketException(call + ": " + reason);
    }

    private static SocketException unexpected(Throwable thrown) {
        var failure = new SocketException("the C library could not be called");
        failure.initCause(thrown);
        return failure;
    }

    // Native access is granted on the command line (--enable-native-access); these signatures are those of glibc.
    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        var symbol = LINKER.defaultLookup().findOrThrow(name);
        return LINKER.downcallHandle(symbol, descriptor, Linker.Option.captureCallState("errno"));
    }
}
