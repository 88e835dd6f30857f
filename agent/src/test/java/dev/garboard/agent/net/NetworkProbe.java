package dev.garboard.agent.net;

import dev.garboard.agent.linux.BootParameters;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The node's network as a process in a namespace of {@link NetworkIT}: says what it configured and ends after a renewal. */
final class NetworkProbe {

    private NetworkProbe() {}

    @SuppressWarnings("SystemOut") // what the test reads
    public static void main(String[] args) throws Exception {
        var states = new LinkedBlockingQueue<NetworkState>();
        var service = new ServiceTable().add("network", "");
        var boot = new BootParameters("0123456789abcdef0123456789abcdef", "", "52:54:00:77:00:01");
        var network = new Network(service, boot, new Random(), state -> {
            ResolverFile.write(NamedServers.NONE.leased(state.lease()));
            states.add(state);
        });
        new Supervisor(new Random(), error -> System.out.println("fatal " + error)).start(service, network);
        for (String what : new String[] {"bound", "renewed"}) {
            NetworkState state = states.poll(40, TimeUnit.SECONDS);
            System.out.println(
                    state == null ? "nothing" : what + " " + state.address() + " on " + state.interfaceName());
        }
        for (NetlinkMessage.Route route : Netlink.routes()) {
            if (route.destination() == null && route.gateway() != null) {
                System.out.println("default via " + route.gateway().getHostAddress());
            }
        }
        Netlink.links().stream()
                .filter(link -> link.name().equals("lo"))
                .forEach(lo -> System.out.println("lo " + (lo.up() ? "up" : "down")));
        Files.readString(Path.of("/run/resolv.conf"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(System.out::println);
        // Rebinding is by broadcast, and without a link even that cannot be sent.
        new ProcessBuilder("ip", "link", "set", "client0", "down").start().waitFor();
        states.clear();
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (network.state().isPresent() && System.nanoTime() < patience) {
            Thread.sleep(50);
        }
        System.out.println(network.state().isPresent() ? "kept" : "lost");
        NetworkState again = states.poll(30, TimeUnit.SECONDS);
        System.out.println(again == null ? "never again" : "bound again " + again.address());
        System.exit(0);
    }
}
