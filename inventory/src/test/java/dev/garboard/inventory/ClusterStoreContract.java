package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of clusters on every database. */
abstract class ClusterStoreContract {

    Inventory inventory;
    ResourceStore store;
    private String url;

    /** An empty database of the test. */
    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        url = database();
        inventory = Inventory.open(url);
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
    void aCardAndAnAddressAreReservedOnceInAllSubnets() {
        store.create(Samples.subnet("lab"));
        var spec = Samples.subnetSpec();
        var other = new SubnetSpec(
                "192.168.0.0/16",
                "192.168.80.1",
                "192.168.80.9",
                List.of(),
                List.of(),
                List.of(),
                null,
                spec.leaseSeconds(),
                spec.bootLeaseSeconds(),
                Map.of("52:54:00:00:00:01", "192.168.80.20", "52:54:00:00:00:02", "192.168.77.10"));

        var refusal = assertThrows(
                InvalidResourceException.class,
                () -> store.create(Samples.subnet("all").withSpec(other)));

        assertEquals(
                List.of(
                        "spec.reservations[52:54:00:00:00:01]: found 192.168.80.20, expected a MAC address without a"
                                + " reservation elsewhere; in Subnet lab it has 192.168.77.10: remove one of them",
                        "spec.reservations[52:54:00:00:00:02]: found 192.168.77.10, expected an address that Subnet lab"
                                + " does not reserve for 52:54:00:00:00:01"),
                refusal.problems());
        store.update(Kinds.SUBNET, "lab", subnet -> subnet.withSpec(Samples.subnetSpec()));
    }

    @Test
    void aDeletionWaitsForTheFinalizers() {
        store.create(Samples.cluster());
        store.update(
                Kinds.CLUSTER,
                Samples.cluster().name(),
                found -> found.withMetadata(found.metadata().withFinalizers(List.of("test/saved"))));

        var asked = store.delete(Kinds.CLUSTER, Samples.cluster().name(), 0);
        var again = store.delete(Kinds.CLUSTER, Samples.cluster().name(), 0);

        assertTrue(asked.metadata().isDeleting());
        assertEquals(asked, again);
        // A client that writes it back neither calls the deletion off nor ends the waiting.
        var replaced =
                store.replace(asked.withMetadata(ObjectMeta.named(asked.name()).withLabels(Map.of("a", "b"))));
        assertEquals(asked.metadata().deletionTimestamp(), replaced.metadata().deletionTimestamp());
        assertEquals(List.of("test/saved"), replaced.metadata().finalizers());
        assertEquals(
                List.of(replaced),
                List.of(store.get(Kinds.CLUSTER, asked.name()).orElseThrow()));

        store.update(
                Kinds.CLUSTER,
                asked.name(),
                found -> found.withMetadata(found.metadata().withFinalizers(List.of())));

        assertEquals(Optional.empty(), store.get(Kinds.CLUSTER, asked.name()));
    }

    @Test
    void anOrderStaysOpenUntilItsMachineAnswers() {
        var orders = inventory.orders();
        var first = orders.leave("m1", "lab", "lab-1", "ca");

        assertEquals(first, orders.leave("m1", "lab", "lab-1", "ca"));
        var other = orders.leave("m1", "edge", "edge-1", "ca");
        assertEquals(
                List.of(first, other),
                orders.open("m1").stream()
                        .sorted(java.util.Comparator.comparing(order -> !order.equals(first)))
                        .toList());
        assertEquals(Set.of("m1"), orders.machines());
        assertEquals(false, orders.close(first.id(), "m2", "Done"));
        assertTrue(orders.close(first.id(), "m1", "Done"));
        assertEquals(false, orders.close(first.id(), "m1", "Refused"));
        assertTrue(orders.close(other.id(), "m1", "Refused"));
        assertEquals(List.of(), orders.open("m1"));
        assertTrue(!orders.leave("m1", "lab", "lab-1", "ca").id().equals(first.id()));
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

    /** Its reservations are its own, not those of a neighbour. */
    @Test
    void aSubnetIsNotItsOwnNeighbour() {
        store.create(Samples.subnet("lab"));

        var changed = store.update(
                Kinds.SUBNET, "lab", subnet -> subnet.withSpec(inDomain(subnet.spec(), "elsewhere.example")));

        assertEquals(Samples.subnetSpec().reservations(), changed.spec().reservations());
        assertEquals("elsewhere.example", changed.spec().domain());
    }

    /** The neighbours are asked only where the spec changes. */
    private static SubnetSpec inDomain(SubnetSpec spec, String domain) {
        return new SubnetSpec(
                spec.cidr(),
                spec.rangeStart(),
                spec.rangeEnd(),
                spec.routers(),
                spec.dnsServers(),
                spec.timeServers(),
                domain,
                spec.leaseSeconds(),
                spec.bootLeaseSeconds(),
                spec.reservations());
    }

    @Test
    void aCertificateIsEnteredOnlyWithOneThatIsInTheBook() {
        var renewal = certificate("b2", "a1");

        var refusal = assertThrows(InvalidResourceException.class, () -> store.create(renewal));
        store.create(certificate("a1", null));
        store.create(renewal);

        assertEquals(
                List.of("spec.issuedWith: found a1, expected a certificate that is in the book and not revoked"),
                refusal.problems());
        assertEquals(
                List.of("a1", "b2"),
                store.list(Kinds.OPERATOR_CERTIFICATE).items().stream()
                        .map(Resource::name)
                        .toList());
    }

    private static Resource<OperatorCertificateSpec, NoStatus> certificate(String serial, @Nullable String issuedWith) {
        return new Resource<>(
                Kinds.OPERATOR_CERTIFICATE,
                ObjectMeta.named(serial),
                new OperatorCertificateSpec("alice", "reader", "", Samples.TIME, "test", issuedWith, issuedWith, null),
                new NoStatus());
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
    void aLivingClusterGoesToALaterReleaseAndBackOnlyWhileNoControlPlaneHasMoved() {
        var running = new ClusterStatus(
                "Ready", "1.36.3", "kubernetes-1.36.3", "m1", true, 1, 1, 0, 0, List.of(node(null)), List.of(), null);
        store.create(Samples.cluster()
                .withSpec(Samples.clusterSpec().withVersion("1.36.3"))
                .withStatus(running));

        var skipped = assertThrows(InvalidResourceException.class, () -> version("1.36.2"));
        assertEquals(
                List.of("spec.version: found 1.36.2, expected 1.36.3, which the cluster runs, a later release of the"
                        + " same minor version, or a release of the next one; no minor version may be left out,"
                        + " and etcd's data does not go back"),
                skipped.problems());
        version("1.36.4");
        version("1.37.2");
        version("1.36.3");
        version("1.37.2");

        var begun = ClusterUpgrade.begun("1.36.3", "1.37.2", Samples.TIME)
                .withBundle("kubernetes-1.37.2")
                .in(ClusterUpgrade.Phase.CONTROL_PLANES, Samples.TIME);
        store.update(
                Kinds.CLUSTER,
                "lab",
                cluster -> cluster.withStatus(new ClusterStatus(
                        "Upgrading",
                        "1.36.3",
                        "kubernetes-1.36.3",
                        "m1",
                        true,
                        1,
                        1,
                        0,
                        0,
                        List.of(node("kubernetes-1.37.2")),
                        List.of(),
                        begun)));
        var late = assertThrows(InvalidResourceException.class, () -> version("1.36.3"));
        assertEquals(
                List.of("spec.version: found 1.36.3, expected 1.37.2: the upgrade from 1.36.3 to 1.37.2 is on its way,"
                        + " and a control plane has left 1.36.3 already, from where nothing leads back; let it end"
                        + " first"),
                late.problems());
    }

    private void version(String version) {
        store.update(
                Kinds.CLUSTER, "lab", cluster -> cluster.withSpec(cluster.spec().withVersion(version)));
    }

    private static ClusterStatus.Node node(@Nullable String bundle) {
        return new ClusterStatus.Node(
                "m1",
                ClusterStatus.Role.CONTROL_PLANE,
                "192.168.77.10",
                "10.244.0.0/24",
                ClusterStatus.Stage.MEMBER,
                true,
                "v1.36.3",
                "",
                bundle);
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

    @Test
    void aSecretIsMadeOnceAndOutlivesARestart() throws Exception {
        var first = inventory.secrets().putIfAbsent("uid", "keys", () -> "one");
        inventory.close();
        inventory = Inventory.open(url);

        var second = inventory.secrets().putIfAbsent("uid", "keys", () -> "two");

        assertEquals(List.of("one", "one"), List.of(first, second));
        assertEquals(Optional.empty(), inventory.secrets().get("uid", "other"));
    }

    @Test
    void allWhoAskAtOnceGetTheSameSecret() throws Exception {
        var next = new AtomicInteger();
        var answers = new ArrayList<Future<String>>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(
                        () -> inventory.secrets().putIfAbsent("uid", "keys", () -> "made " + next.incrementAndGet())));
            }
        }

        var distinct = new HashSet<String>();
        for (var answer : answers) {
            distinct.add(answer.get());
        }
        assertEquals(Set.of(inventory.secrets().get("uid", "keys").orElseThrow()), distinct);
    }

    @Test
    void secretsGoWithTheirOwnerOnly() {
        inventory.secrets().putIfAbsent("one", "keys", () -> "1");
        inventory.secrets().putIfAbsent("two", "keys", () -> "2");

        inventory.secrets().delete("one");

        assertEquals(Optional.empty(), inventory.secrets().get("one", "keys"));
        assertEquals(Optional.of("2"), inventory.secrets().get("two", "keys"));
    }

    @Test
    void aRevisionGrowsWithTheContentAndOnlyThen() throws Exception {
        var kubelet = new DocumentRevisions.Document("Kubelet", "default", "a");
        var cni = new DocumentRevisions.Document("Cni", "default", "x");
        var changed = new DocumentRevisions.Document("Kubelet", "default", "b");

        assertEquals(
                Optional.of(Map.of(kubelet, 1L, cni, 1L)),
                inventory.documents().number("m1", 10, List.of(kubelet, cni)));
        assertEquals(
                Optional.of(Map.of(changed, 2L, cni, 1L)),
                inventory.documents().number("m1", 11, List.of(changed, cni)));
        inventory.close();
        inventory = Inventory.open(url);

        assertEquals(Optional.of(Map.of(changed, 2L)), inventory.documents().number("m1", 12, List.of(changed)));
        assertEquals(Optional.of(Map.of(kubelet, 3L)), inventory.documents().number("m1", 13, List.of(kubelet)));
        assertEquals(Optional.of(Map.of(kubelet, 1L)), inventory.documents().number("m2", 13, List.of(kubelet)));
        assertEquals(Optional.of(Map.of()), inventory.documents().number("m3", 13, List.of()));
        assertEquals(
                List.of(true, false),
                List.of(
                        inventory.documents().isKnown("m2"),
                        inventory.documents().isKnown("m3")));
    }

    @Test
    void whoKnowsLessNumbersNothing() {
        var founding = new DocumentRevisions.Document("Etcd", "default", "bootstrap");
        var founded = new DocumentRevisions.Document("Etcd", "default", "founded");
        revisionIs(30);
        inventory.documents().number("m1", 10, List.of(founding));
        inventory.documents().number("m1", 20, List.of(founded));

        var late = inventory.documents().number("m1", 15, List.of(founding));

        assertEquals(Optional.empty(), late);
        assertEquals(Optional.of(Map.of(founded, 2L)), inventory.documents().number("m1", 21, List.of(founded)));
    }

    @Test
    void whatWasNumberedBeforeARestorationBlocksNothing() {
        var founding = new DocumentRevisions.Document("Etcd", "default", "bootstrap");
        var founded = new DocumentRevisions.Document("Etcd", "default", "founded");
        inventory.documents().number("m1", 1000, List.of(founding));
        revisionIs(30);

        assertEquals(Optional.of(Map.of(founded, 2L)), inventory.documents().number("m1", 29, List.of(founded)));
    }

    private void revisionIs(long revision) {
        inventory.database().write(transaction -> {
            transaction.keep();
            return transaction
                    .handle()
                    .createUpdate("UPDATE revision_counter SET revision = :revision")
                    .bind("revision", revision)
                    .execute();
        });
    }
}
