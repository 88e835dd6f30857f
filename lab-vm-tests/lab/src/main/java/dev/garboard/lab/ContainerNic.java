package dev.garboard.lab;

import dev.garboard.dhcp.client.LeaseInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The network card of a container node: one end of a pair, whose other end is a port of the lab's bridge. It is made anew for every boot, since it
 * goes away with the network namespace of the container that it was given to. Used inside the firmware's network namespace.
 *
 * @param network process in the lab's network namespace
 * @param port name of the other end
 */
record ContainerNic(long network, String port, String mac) {

    /** As the kernel names the first one. */
    static final String NAME = "eth0";

    private static final Path SETTINGS = Path.of("/proc/sys/net/ipv4/conf");

    void plugIn() {
        // What is left of the boot before: here when it failed early, at the bridge while the kernel still removes the
        // namespace.
        Shell.run(List.of("ip", "link", "del", NAME));
        Shell.run(outside("ip", "link", "del", port));
        require(outside(
                "ip",
                "link",
                "add",
                port,
                "type",
                "veth",
                "peer",
                "name",
                NAME,
                "address",
                mac,
                "netns",
                Long.toString(ProcessHandle.current().pid())));
        require(outside("ip", "link", "set", port, "master", LabNetwork.BRIDGE, "up"));
        acceptAnswers();
        require(List.of("ip", "link", "set", "lo", "up"));
        require(List.of("ip", "link", "set", NAME, "up"));
        // A card without an address may send to everybody only where a route says so.
        require(List.of("ip", "route", "add", "255.255.255.255", "dev", NAME));
    }

    void configure(LeaseInfo lease) {
        require(List.of(
                "ip", "addr", "add", lease.address().getHostAddress() + "/" + lease.prefixLength(), "dev", NAME));
        if (!lease.routers().isEmpty()) {
            require(List.of(
                    "ip",
                    "route",
                    "add",
                    "default",
                    "via",
                    lease.routers().getFirst().getHostAddress()));
        }
    }

    /** Without an address every sender is one that has no route back. */
    private static void acceptAnswers() {
        try {
            Files.writeString(SETTINGS.resolve("all/rp_filter"), "0");
            Files.writeString(SETTINGS.resolve(NAME).resolve("rp_filter"), "0");
        } catch (IOException refused) {
            throw new LabException("the network card cannot be set up: " + refused.getMessage(), refused);
        }
    }

    private List<String> outside(String... command) {
        var entered = new ArrayList<>(List.of("nsenter", "--target", Long.toString(network), "--net", "--"));
        entered.addAll(List.of(command));
        return entered;
    }

    private static void require(List<String> command) {
        var result = Shell.run(command);
        if (!result.succeeded()) {
            throw new LabException(String.join(" ", command) + ": " + result.output());
        }
    }
}
