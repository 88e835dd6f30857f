package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Size;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.util.List;

/**
 * Who tells the node the time.
 *
 * @param servers of NTP, as DNS names or IPv4 addresses; none means those of DHCP
 */
public record TimeSync(@WrittenEmpty @Size(max = 16) List<@NameOrAddress String> servers) implements NodeDocument {

    public static final String KIND = "TimeSync";

    public TimeSync {
        servers = List.copyOf(servers);
    }

    @Override
    public String kind() {
        return KIND;
    }
}
