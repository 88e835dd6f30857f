package dev.garboard.nodeconfig;

import java.net.Inet4Address;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who answers the node's questions about names.
 *
 * @param servers asked in this order; none means those of DHCP
 */
public record Resolver(List<Inet4Address> servers) implements NodeDocument {

    public static final String KIND = "Resolver";

    private static final int MOST_SERVERS = 16;

    public Resolver {
        servers = List.copyOf(servers);
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** Reads what {@code spec} says. */
    public static Resolver read(Fields spec) {
        var servers = spec.values("servers", Forms::address);
        if (servers.size() > MOST_SERVERS) {
            throw spec.refusal("servers", servers.size() + " servers", "at most " + MOST_SERVERS);
        }
        return new Resolver(servers);
    }

    @Override
    public void write(ObjectNode spec) {
        var list = spec.putArray("servers");
        servers.forEach(server -> list.add(server.getHostAddress()));
    }
}
