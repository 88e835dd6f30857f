package dev.garboard.dhcp.server;

/** The UDP ports; only tests without privileges use others than {@link #STANDARD}. */
public record DhcpPorts(int server, int client, int boot) {

    public static final DhcpPorts STANDARD = new DhcpPorts(67, 68, 4011);
}
