package dev.garboard.fleet.cluster;

import dev.garboard.fleet.DesiredDocuments.LeaveOrder;
import dev.garboard.fleet.DesiredDocuments.OrderAnswer;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.NodeOrders;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Sha256;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Orders to leave a cluster: stored before anybody hears of them, and bound to the machine and to the cluster's identity. */
final class LeaveOrders {

    private static final Logger log = LoggerFactory.getLogger(LeaveOrders.class);

    private final NodeOrders stored;
    private final ClusterVault vault;

    LeaveOrders(NodeOrders stored, ClusterVault vault) {
        this.stored = stored;
        this.vault = vault;
    }

    /** Orders a machine to leave; nothing changes when it is ordered already. */
    void issue(Resource<ClusterSpec, ClusterStatus> cluster, String machine) {
        var order = stored.leave(machine, cluster.name(), NodeParts.token(cluster), ca(cluster));
        log.atInfo()
                .addKeyValue("machine", machine)
                .addKeyValue("cluster", cluster.name())
                .addKeyValue("order", order.id())
                .log("ordered to leave");
    }

    /** Without it a node that trusts a CA refuses, which is the safe end: it keeps what it has. */
    private String ca(Resource<ClusterSpec, ClusterStatus> cluster) {
        try {
            return Sha256.of(vault.of(cluster).kubernetes().certificate().getEncoded());
        } catch (SealingException | UncheckedIOException locked) {
            log.atWarn()
                    .addKeyValue("cluster", cluster.name())
                    .setCause(locked)
                    .log("an order without the cluster's CA");
            return "";
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("the CA was encoded before", impossible);
        }
    }

    /** What the machine has not answered yet. */
    List<LeaveOrder> open(String machine) {
        return stored.open(machine).stream()
                .map(order -> new LeaveOrder(
                        order.id(), order.machine(), order.cluster(), order.etcdToken(), order.caSha256()))
                .toList();
    }

    /** The machines that have not answered all their orders. */
    Set<String> machines() {
        return stored.machines();
    }

    /** Whether any of them was open until now. */
    boolean answered(String machine, List<OrderAnswer> answers) {
        boolean any = false;
        for (var answer : answers) {
            if (answer.over()
                    && stored.close(answer.id(), machine, answer.refusal().isEmpty() ? "Done" : "Refused")) {
                any = true;
                log.atLevel(answer.refusal().isEmpty() ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.WARN)
                        .addKeyValue("machine", machine)
                        .addKeyValue("order", answer.id())
                        .addKeyValue("refusal", answer.refusal())
                        .log("order to leave answered");
            }
        }
        return any;
    }
}
