package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Size;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.net.Inet4Address;
import java.util.List;

/**
 * Who answers the node's questions about names.
 *
 * @param servers asked in this order; none means those of DHCP
 */
public record Resolver(@WrittenEmpty @Size(max = 16) List<Inet4Address> servers) implements NodeDocument {

    public static final String KIND = "Resolver";

    public Resolver {
        servers = List.copyOf(servers);
    }

    @Override
    public String kind() {
        return KIND;
    }
}
