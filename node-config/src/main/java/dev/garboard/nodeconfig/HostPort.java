package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.FromText;
import java.util.regex.Pattern;

/** Where a server answers, for example {@code 192.168.77.11:6443}. The host is a DNS name or an IPv4 address. */
public record HostPort(String host, int port) {

    private static final Pattern FORM = Pattern.compile("([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?):(\\d{1,5})");

    /**
     * Reads host and port.
     *
     * @throws IllegalArgumentException with the words for what is expected
     */
    @FromText("host:port")
    public static HostPort parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("host:port");
        }
        int port = Integer.parseInt(match.group(3));
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("host:port with a port from 1 to 65535");
        }
        return new HostPort(match.group(1), port);
    }

    /** For example {@code 192.168.77.11:6443}. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
