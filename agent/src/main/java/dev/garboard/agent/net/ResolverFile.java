package dev.garboard.agent.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** {@code /run/resolv.conf}, where the root's {@code /etc/resolv.conf} leads. */
public final class ResolverFile {

    private static final Path FILE = Path.of("/run/resolv.conf");

    private ResolverFile() {}

    /** Writes what the node uses now. */
    public static void write(NamedServers servers) {
        write(servers.resolvers(), servers.searchDomains());
    }

    /** Replaces the file in one step, so that nobody reads half of it. */
    private static void write(List<? extends InetAddress> servers, List<String> search) {
        Path next = FILE.resolveSibling("resolv.conf.next");
        try {
            Files.writeString(next, text(servers, search));
            Files.move(next, FILE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException refused) {
            throw new UncheckedIOException(FILE + " cannot be written: " + refused.getMessage(), refused);
        }
    }

    static String text(List<? extends InetAddress> servers, List<String> search) {
        var text = new StringBuilder("# Written by the node agent from DHCP or the desired state.\n");
        for (InetAddress server : servers) {
            text.append("nameserver ").append(server.getHostAddress()).append('\n');
        }
        // What a DHCP server says must not become another line.
        var names = search.stream()
                .filter(name -> name.matches("[0-9A-Za-z._-]{1,253}"))
                .toList();
        if (!names.isEmpty()) {
            text.append("search ").append(String.join(" ", names)).append('\n');
        }
        return text.toString();
    }
}
