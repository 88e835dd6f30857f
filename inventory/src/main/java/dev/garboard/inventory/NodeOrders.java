package dev.garboard.inventory;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What nodes are ordered to do once: to leave a cluster. An order stays open until its node has said what became of it, however often server
 * and node start anew meanwhile. All methods block on the database.
 */
public final class NodeOrders {

    private final Database database;
    private final InstantSource clock;

    NodeOrders(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * One order to leave a cluster.
     *
     * @param id never given to another order
     * @param etcdToken of the cluster's Etcd documents
     * @param caSha256 of the certificate of the cluster's Kubernetes CA, in hexadecimal digits; empty when it is not known any more
     */
    public record Order(String id, String machine, String cluster, String etcdToken, String caSha256) {}

    /** Orders the machine to leave that cluster; the order that is open already, when there is one. */
    public Order leave(String machine, String cluster, String etcdToken, String caSha256) {
        return database.write(transaction -> {
            transaction.keep();
            var handle = transaction.handle();
            var open = open(handle, machine).stream()
                    .filter(order -> order.etcdToken().equals(etcdToken))
                    .findFirst();
            if (open.isPresent()) {
                return open.get();
            }
            var order = new Order(UUID.randomUUID().toString(), machine, cluster, etcdToken, caSha256);
            handle.createUpdate("INSERT INTO node_order (id, machine, cluster, etcd_token, ca_sha256, issued_at)"
                            + " VALUES (:id, :machine, :cluster, :token, :ca, :at)")
                    .bind("id", order.id())
                    .bind("machine", machine)
                    .bind("cluster", cluster)
                    .bind("token", etcdToken)
                    .bind("ca", caSha256)
                    .bind("at", clock.instant().toString())
                    .execute();
            return order;
        });
    }

    /** The orders that the machine has not answered, the oldest first. */
    public List<Order> open(String machine) {
        return database.read(handle -> open(handle, machine));
    }

    /** The machines that have not answered all their orders. */
    public Set<String> machines() {
        return database.read(
                handle -> Set.copyOf(handle.createQuery("SELECT DISTINCT machine FROM node_order WHERE outcome IS NULL")
                        .mapTo(String.class)
                        .list()));
    }

    /**
     * Notes what became of an order; whether it was open until now.
     *
     * @param machine that says so: nobody answers for another
     */
    public boolean close(String id, String machine, String outcome) {
        if (open(machine).stream().noneMatch(order -> order.id().equals(id))) {
            return false;
        }
        return database.write(transaction -> {
            transaction.keep();
            return transaction
                            .handle()
                            .createUpdate("UPDATE node_order SET outcome = :outcome, closed_at = :at"
                                    + " WHERE id = :id AND machine = :machine AND outcome IS NULL")
                            .bind("id", id)
                            .bind("machine", machine)
                            .bind("outcome", outcome)
                            .bind("at", clock.instant().toString())
                            .execute()
                    > 0;
        });
    }

    private static List<Order> open(Handle handle, String machine) {
        return handle.createQuery("SELECT id, machine, cluster, etcd_token, ca_sha256 FROM node_order"
                        + " WHERE machine = :machine AND outcome IS NULL ORDER BY issued_at, id")
                .bind("machine", machine)
                .map((row, _) -> new Order(
                        row.getString("id"),
                        row.getString("machine"),
                        row.getString("cluster"),
                        row.getString("etcd_token"),
                        row.getString("ca_sha256")))
                .list();
    }
}
