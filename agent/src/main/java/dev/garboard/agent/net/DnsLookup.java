package dev.garboard.agent.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** A lookup made on the node, to see what the node sees. */
public final class DnsLookup {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final String NOBODY_ANSWERED = "TIMEOUT";

    private DnsLookup() {}

    /**
     * What came back.
     *
     * @param server who answered, or was asked last
     * @param rcode the answer's code, or TIMEOUT
     */
    public record Answer(String server, String rcode, List<Entry> entries, Duration duration) {}

    /** One record of the answer section. */
    public record Entry(String name, String type, long ttl, String data) {}

    /**
     * Asks the servers in turn until one answers.
     *
     * @throws IllegalArgumentException if the name or the type is none
     */
    public static Answer resolve(String name, String type, List<InetAddress> servers) {
        int wanted = Type.value(type.isEmpty() ? "A" : type);
        if (wanted < 0) {
            throw new IllegalArgumentException(
                    "'" + type + "' is not a record type, expected for example A, AAAA or MX");
        }
        if (servers.isEmpty()) {
            throw new IllegalStateException(
                    "no resolver is known: DHCP gave none (option 6); name a server in the request");
        }
        var query = Message.newQuery(Record.newRecord(parse(name), wanted, DClass.IN));
        long began = System.nanoTime();
        InetAddress asked = servers.getFirst();
        for (InetAddress server : servers) {
            asked = server;
            try {
                var resolver = new SimpleResolver(new InetSocketAddress(server, 53));
                resolver.setTimeout(TIMEOUT);
                Message answer = resolver.send(query);
                return new Answer(
                        server.getHostAddress(), Rcode.string(answer.getRcode()), entries(answer), since(began));
            } catch (SocketTimeoutException silent) {
                // The next one may answer.
            } catch (IOException unreachable) {
                // Likewise; the time is in the answer.
            }
        }
        return new Answer(asked.getHostAddress(), NOBODY_ANSWERED, List.of(), since(began));
    }

    private static Name parse(String name) {
        try {
            return Name.fromString(name, Name.root);
        } catch (TextParseException malformed) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not a domain name: " + malformed.getMessage(), malformed);
        }
    }

    private static List<Entry> entries(Message answer) {
        return answer.getSection(Section.ANSWER).stream()
                .map(r -> new Entry(r.getName().toString(), Type.string(r.getType()), r.getTTL(), r.rdataToString()))
                .toList();
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
