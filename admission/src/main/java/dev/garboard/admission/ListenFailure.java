package dev.garboard.admission;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a TCP port could not be had. Java has one exception for all of these reasons, and its words are the operating system's, so the host is
 * asked.
 */
public enum ListenFailure {
    /** The address belongs to no interface of this host. */
    NOT_OF_THIS_HOST,
    /** Another program listens there. */
    TAKEN,
    /** Nobody listens there, and the port is one that not every process may have. */
    NOT_PERMITTED,
    /** None of these. */
    OTHER;

    private static final int LONGEST_NUMBER = 16;
    static final Path UNPRIVILEGED = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    private static final List<Path> SOCKETS = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    /** Linux' number of the state, in the tables of its sockets. */
    private static final String LISTENING = "0A";

    /** The reason for a failure to bind this address. */
    public static ListenFailure of(InetSocketAddress address, @Nullable Throwable failed) {
        return isBind(failed)
                ? of(isOurs(address.getAddress()), isTaken(address.getPort()), isPrivileged(address.getPort()))
                : OTHER;
    }

    /** What it is, once it is known that the operating system refused. */
    static ListenFailure of(boolean ours, boolean taken, boolean privileged) {
        if (!ours) {
            return NOT_OF_THIS_HOST;
        }
        if (taken) {
            return TAKEN;
        }
        // Who has it may be in another namespace, or have gone meanwhile.
        return privileged ? NOT_PERMITTED : TAKEN;
    }

    private static boolean isBind(@Nullable Throwable failed) {
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    /** The answer to a failing query of the interfaces is no test's: Linux gives none that can be provoked. */
    private static boolean isOurs(InetAddress address) {
        try {
            // All of 127.0.0.0/8 is this host, and the interface names one of them.
            return address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }

    static boolean isPrivileged(int port) {
        return isPrivileged(port, UNPRIVILEGED);
    }

    static boolean isPrivileged(int port, Path first) {
        // The kernel gives a number's digits to the first read only, and Files.readString begins with one byte.
        try (var in = Files.newInputStream(first)) {
            return port < Integer.parseInt(new String(in.readNBytes(LONGEST_NUMBER), US_ASCII).strip());
        } catch (IOException | NumberFormatException unknown) {
            return port < 1024;
        }
    }

    static boolean isTaken(int port) {
        return SOCKETS.stream().anyMatch(table -> isTaken(port, table));
    }

    /** A kernel without IPv6 has one table only. */
    static boolean isTaken(int port, Path table) {
        try {
            return Files.readAllLines(table).stream().anyMatch(line -> listens(line, port));
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Columns: number, local address and port in hex, remote ones, state. */
    static boolean listens(String line, int port) {
        var columns = line.strip().split("\\s+", -1);
        return columns.length > 3 && columns[3].equals(LISTENING) && columns[1].endsWith(":%04X".formatted(port));
    }
}
