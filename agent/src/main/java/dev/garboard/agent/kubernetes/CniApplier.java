package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.net.Netlink;
import dev.garboard.agent.net.NetlinkMessage.Address;
import dev.garboard.agent.net.NetlinkMessage.Link;
import dev.garboard.kubernetes.document.Cni;
import dev.garboard.nodeconfig.Cidr;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code Cni} of the type bridge: pods of this node on a bridge, a route to the pods of each other node, and the node's
 * address for what leaves the cluster. With the type none the directory is left to others.
 */
final class CniApplier implements DocumentApplier {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.documents");
    private static final Path LIST = NodePaths.CNI.resolve("10-garboard.conflist");
    private static final Path MASQUERADE = NodePaths.RUN.resolve("masquerade.nft");
    private static final String NFT = "/usr/sbin/nft";
    private static final String BRIDGE = "cni0";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Packets between pods must pass, and the bridge must show them to the filters of kube-proxy. */
    private static final List<Path> SWITCHES =
            List.of(Path.of("/proc/sys/net/ipv4/ip_forward"), Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables"));

    private final ProgramCall calls;
    private final NodeKernel kernel;
    private Set<SetRoute> routes = Set.of();

    private record SetRoute(
            int index, Cidr destination, @Nullable Inet4Address via) {}

    CniApplier(ProgramCall calls, NodeKernel kernel) {
        this.calls = calls;
        this.kernel = kernel;
    }

    @Override
    public String kind() {
        return Cni.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT_FOR_OTHERS;
    }

    @Override
    public void apply(DocumentInput input) throws IOException, InterruptedException {
        var document = input.as(Cni.class);
        List<Address> addresses = Netlink.addresses();
        int bridge = bridgeIndex();
        for (Address address : addresses) {
            if (address.index() != bridge
                    && address.address() instanceof Inet4Address own
                    && !own.isLoopbackAddress()) {
                document.refuseOverlapWith(Cidr.of(own, address.prefixLength()));
            }
        }
        if (document.type() == Cni.Type.NONE) {
            takeBack();
            return;
        }
        kernel.await();
        for (Path path : SWITCHES) {
            switchOn(path);
        }
        useRoutes(document, addresses);
        masquerade(document);
        ConfigFile.write(LIST, CniConfig.text(document, BRIDGE));
    }

    private static void switchOn(Path path) throws IOException {
        // A bridge filter that is not in the kernel has no switch.
        if (Files.exists(path) && !Files.readString(path).strip().equals("1")) {
            Files.writeString(path, "1\n");
        }
    }

    private static int bridgeIndex() {
        return Netlink.links().stream()
                .filter(link -> link.name().equals(BRIDGE))
                .mapToInt(Link::index)
                .findFirst()
                .orElse(-1);
    }

    private void useRoutes(Cni document, List<Address> addresses) throws IOException {
        var wanted = new HashSet<SetRoute>();
        for (Cni.Route route : document.routes()) {
            wanted.add(new SetRoute(interfaceTo(route, addresses), route.destination(), route.via()));
        }
        if (document.serviceCidr() != null) {
            // kube-proxy gives packets to services another destination only after a route was found for them; a node
            // may have no default one.
            wanted.add(new SetRoute(uplink(addresses), document.serviceCidr(), null));
        }
        for (SetRoute old : routes) {
            if (wanted.stream().noneMatch(route -> route.destination().equals(old.destination()))) {
                remove(old);
            }
        }
        for (SetRoute route : wanted) {
            // Also those that are there: whoever took an interface down took its routes away.
            Netlink.addRoute(
                    route.index(),
                    route.destination().host(0),
                    route.destination().prefix(),
                    route.via(),
                    false);
        }
        routes = Set.copyOf(wanted);
    }

    private static int uplink(List<Address> addresses) throws IOException {
        int bridge = bridgeIndex();
        return addresses.stream()
                .filter(address -> address.index() != bridge
                        && address.address() instanceof Inet4Address own
                        && !own.isLoopbackAddress())
                .mapToInt(Address::index)
                .findFirst()
                .orElseThrow(() -> new IOException("the node has no IPv4 address yet, by which services are reached"));
    }

    private static int interfaceTo(Cni.Route route, List<Address> addresses) throws IOException {
        for (Address address : addresses) {
            if (address.address() instanceof Inet4Address own
                    && !own.isLoopbackAddress()
                    && Cidr.of(own, address.prefixLength()).contains(route.via())) {
                return address.index();
            }
        }
        throw new IOException("the pods " + route.destination() + " are reached by "
                + route.via().getHostAddress() + ", which is in no network of this node; nodes of a cluster with the"
                + " network type bridge must share a network (or use the type none and a network of your own)");
    }

    private static void remove(SetRoute route) {
        try {
            Netlink.removeRoute(
                    route.index(),
                    route.destination().host(0),
                    route.destination().prefix(),
                    route.via());
        } catch (SystemCallException gone) {
            LOG.info("{}", gone.getMessage());
        }
    }

    private void masquerade(Cni document) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of(NFT))) {
            throw new IOException(
                    NFT + " is not in this node's image; build a new image with this version of Garboard");
        }
        ConfigFile.write(MASQUERADE, CniConfig.masquerade(document));
        calls.run(LIMIT, NFT, "-f", MASQUERADE.toString());
    }

    @Override
    public void remove(String name) throws IOException, InterruptedException {
        takeBack();
    }

    private void takeBack() throws IOException, InterruptedException {
        Files.deleteIfExists(LIST);
        routes.forEach(CniApplier::remove);
        routes = Set.of();
        if (Files.exists(MASQUERADE)) {
            calls.run(LIMIT, NFT, "delete", "table", "ip", CniConfig.TABLE);
            Files.delete(MASQUERADE);
        }
    }
}
