package dev.garboard.nodeconfig;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who tells the node the time.
 *
 * @param servers of NTP, as DNS names or IPv4 addresses; none means those of DHCP
 */
public record TimeSync(List<String> servers) implements NodeDocument {

    public static final String KIND = "TimeSync";

    private static final int MOST_SERVERS = 16;

    public TimeSync {
        servers = List.copyOf(servers);
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** Reads what {@code spec} says. */
    public static TimeSync read(Fields spec) {
        var servers = spec.values("servers", Forms::nameOrAddress);
        if (servers.size() > MOST_SERVERS) {
            throw spec.refusal("servers", servers.size() + " servers", "at most " + MOST_SERVERS);
        }
        return new TimeSync(servers);
    }

    @Override
    public void write(ObjectNode spec) {
        var list = spec.putArray("servers");
        servers.forEach(list::add);
    }
}
