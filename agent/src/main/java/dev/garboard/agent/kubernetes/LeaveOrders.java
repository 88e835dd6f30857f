package dev.garboard.agent.kubernetes;

import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus.Outcome;
import dev.garboard.agentapi.v1.ServerMessage.LeaveCluster;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's orders to this node: each is carried out once, and only when all that it says of the node is true. What was carried out is
 * noted on the node's disk, so that a server whose database is an older copy repeats it in vain.
 */
public final class LeaveOrders {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.orders");

    private final Supplier<String> machine;
    private final ClusterMembership membership;
    private final Path noted;
    private final Map<String, Order> wanted = new LinkedHashMap<>();
    private final Map<String, OrderStatus> statuses = new LinkedHashMap<>();

    /**
     * No orders yet.
     *
     * @param machine this node's name in the inventory
     * @param noted the ids of the orders that were carried out, one a line; made with the first
     */
    public LeaveOrders(Supplier<String> machine, ClusterMembership membership, Path noted) {
        this.machine = machine;
        this.membership = membership;
        this.noted = noted;
    }

    /** For whoever never gets an order. */
    public static LeaveOrders none() {
        return new LeaveOrders(() -> "", new NoCluster(), Path.of("orders"));
    }

    private record NoCluster() implements ClusterMembership {
        @Override
        public ClusterIdentity held() {
            return ClusterIdentity.NONE;
        }

        @Override
        public Optional<String> kubeletOfOtherThan(X509Certificate ca) {
            return Optional.empty();
        }

        @Override
        public boolean hasState() {
            return false;
        }

        @Override
        public void join(ClusterIdentity cluster) {}

        @Override
        public void leave() {}
    }

    /** The part that orders end. */
    ClusterMembership membership() {
        return membership;
    }

    /** Replaces the orders that the server repeats. */
    synchronized void want(List<Order> orders) {
        wanted.clear();
        orders.forEach(order -> wanted.put(order.getId(), order));
        statuses.keySet().retainAll(wanted.keySet());
    }

    /** Whether the server has ordered anything that it has not taken back. */
    synchronized boolean any() {
        return !wanted.isEmpty();
    }

    /** One that is to be carried out now; the others are answered here. */
    synchronized Optional<Order> next() throws IOException {
        for (var order : wanted.values()) {
            var id = order.getId();
            var known = statuses.get(id);
            if (known != null && known.getOutcome() == Outcome.OUTCOME_UNDERWAY) {
                return Optional.of(order);
            }
            if (known != null) {
                continue;
            }
            if (isNoted(id)) {
                answer(id, Outcome.OUTCOME_DONE, "");
                continue;
            }
            var refusal = refusal(order);
            if (refusal.isEmpty()) {
                LOG.warn(
                        "order {} to leave the cluster {}",
                        id,
                        order.getLeaveCluster().getCluster());
                answer(id, Outcome.OUTCOME_UNDERWAY, "");
                return Optional.of(order);
            }
            refuse(order, refusal);
        }
        return Optional.empty();
    }

    /** Whether there is anything of a cluster on this node, which may be of an earlier boot. */
    boolean hasState() throws IOException {
        return membership.hasState();
    }

    private String refusal(Order order) throws IOException {
        if (order.getId().isBlank() || !order.hasLeaveCluster()) {
            return "this agent does not know what it orders; boot a newer image";
        }
        return refusal(order.getLeaveCluster(), machine.get(), membership.held());
    }

    /** Why such an order is not for the node that this is; empty when it is. */
    static String refusal(LeaveCluster order, String machine, ClusterIdentity held) {
        if (!order.getMachine().equals(machine)) {
            return "it is for the machine \"" + order.getMachine() + "\", and this is \"" + machine + '"';
        }
        if (!held.etcdToken().isEmpty() && !held.etcdToken().equals(order.getEtcdToken())) {
            return "it is about the cluster \"" + order.getEtcdToken() + "\", and this node is of \"" + held.etcdToken()
                    + '"';
        }
        if (!held.kubernetesCa().isEmpty() && !held.kubernetesCa().equals(order.getKubernetesCaSha256())) {
            return "it is about the cluster whose CA has the SHA-256 " + order.getKubernetesCaSha256()
                    + ", and the CA that this node trusts has " + held.kubernetesCa();
        }
        return "";
    }

    /** It is not carried out. */
    synchronized void refuse(Order order, String why) {
        LOG.warn("order {} is refused: {}", order.getId(), why);
        answer(order.getId(), Outcome.OUTCOME_REFUSED, why);
    }

    /** It is not over yet. */
    synchronized void waits(Order order, String waitsFor) {
        answer(order.getId(), Outcome.OUTCOME_UNDERWAY, waitsFor);
    }

    /** It was carried out. Noted before anybody is told. */
    synchronized void done(Order order) throws IOException {
        membership.leave();
        Files.createDirectories(noted.toAbsolutePath().getParent());
        try (var file = FileChannel.open(noted, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            file.write(ByteBuffer.wrap((order.getId() + "\n").getBytes(StandardCharsets.UTF_8)));
            file.force(true);
        }
        LOG.info("order {} is carried out", order.getId());
        answer(order.getId(), Outcome.OUTCOME_DONE, "");
    }

    private boolean isNoted(String id) throws IOException {
        return Files.exists(noted) && Files.readAllLines(noted).contains(id);
    }

    private void answer(String id, Outcome outcome, String message) {
        if (wanted.containsKey(id)) {
            statuses.put(
                    id,
                    OrderStatus.newBuilder()
                            .setId(id)
                            .setOutcome(outcome)
                            .setMessage(message)
                            .build());
        }
    }

    /** What became of each. */
    synchronized List<OrderStatus> statuses() {
        return List.copyOf(statuses.values());
    }
}
