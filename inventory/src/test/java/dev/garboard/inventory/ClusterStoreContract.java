package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of clusters on every database. */
abstract class ClusterStoreContract {

    Inventory inventory;
    ResourceStore store;

    /** An empty database of the test. */
    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        inventory = Inventory.open(database());
        store = inventory.store();
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void aClusterStaysApartFromTheNetworkOfItsNodes() {
        store.create(Samples.subnet("lab"));
        var inside = Samples.cluster().withSpec(Samples.clusterSpec().withNetworks("192.168.0.0/16", "10.96.0.0/16"));

        var refusal = assertThrows(InvalidResourceException.class, () -> store.create(inside));

        assertEquals(
                List.of("spec.podCidr: found 192.168.0.0/16, expected a network apart from that of the nodes,"
                        + " 192.168.77.0/24 of subnet lab; kube-proxy drops traffic to unallocated service addresses"
                        + " and would cut nodes and pods off without a word"),
                refusal.problems());
        assertTrue(store.list(Kinds.CLUSTER).items().isEmpty());
    }

    @Test
    void aSubnetStaysApartFromTheNetworksOfClusters() {
        store.create(Samples.cluster().withSpec(Samples.clusterSpec().withNetworks("192.168.0.0/16", "10.96.0.0/16")));

        var refusal = assertThrows(InvalidResourceException.class, () -> store.create(Samples.subnet("lab")));

        assertEquals(
                List.of("spec.cidr: found 192.168.77.0/24, expected a network apart from the pods' 192.168.0.0/16 and"
                        + " the services' 10.96.0.0/16 of cluster lab; kube-proxy would cut its nodes off without a"
                        + " word"),
                refusal.problems());
    }

    @Test
    void aLivingClusterKeepsItsNetworksAndVersion() {
        store.create(Samples.cluster());

        var refusal = assertThrows(
                InvalidResourceException.class,
                () -> store.update(
                        Kinds.CLUSTER,
                        "lab",
                        cluster -> cluster.withSpec(cluster.spec()
                                .withNetworks("10.0.0.0/16", "10.1.0.0/16")
                                .withVersion("1.36.3"))));

        assertEquals(3, refusal.problems().size(), refusal::getMessage);
        assertEquals(
                Samples.clusterSpec(),
                store.get(Kinds.CLUSTER, "lab").orElseThrow().spec());
    }

    @Test
    void aClusterThatNobodyFoundedYetMayBeChanged() {
        store.create(Samples.cluster().withStatus(ClusterStatus.declared()));

        var changed = store.update(
                Kinds.CLUSTER,
                "lab",
                cluster -> cluster.withSpec(cluster.spec()
                        .withNetworks("10.0.0.0/16", "10.1.0.0/16")
                        .withVersion("1.36.3")));

        assertEquals("1.36.3", changed.spec().version());
    }
}
