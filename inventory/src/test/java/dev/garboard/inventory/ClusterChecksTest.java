package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cluster could not live with, and what it must keep while it lives. */
class ClusterChecksTest {

    private static final ClusterSpec SPEC = Samples.clusterSpec();

    private static List<String> problems(Consumer<Findings> check) {
        var findings = new Findings();
        check.accept(findings);
        try {
            findings.throwIfAny();
            return List.of();
        } catch (InvalidResourceException refused) {
            return new ArrayList<>(refused.problems());
        }
    }

    private static List<String> problems(ClusterSpec spec) {
        return problems(findings -> ClusterChecks.check(spec, findings));
    }

    private static ClusterSpec with(
            Map<String, String> controlPlanes,
            Map<String, String> workers,
            String domain,
            ClusterSpec.PodNetwork network,
            @Nullable String endpoint) {
        return new ClusterSpec(
                SPEC.version(),
                new ClusterSpec.ControlPlane(controlPlanes, true),
                new ClusterSpec.Workers(workers),
                SPEC.podCidr(),
                SPEC.serviceCidr(),
                domain,
                network,
                endpoint);
    }

    private static ClusterSpec endpoint(@Nullable String endpoint) {
        return with(
                SPEC.controlPlane().selector(),
                SPEC.workers().selector(),
                SPEC.clusterDomain(),
                SPEC.podNetwork(),
                endpoint);
    }

    private static ClusterSpec selecting(Map<String, String> controlPlanes, Map<String, String> workers) {
        return with(controlPlanes, workers, SPEC.clusterDomain(), SPEC.podNetwork(), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:1", "api.example.org:6443", "192.0.2.1:65535"})
    void anEndpointIsAHostWithAPort(String endpoint) {
        assertEquals(List.of(), problems(endpoint(endpoint)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api.example.org",
                ":6443",
                "api.example.org:",
                "api.example.org:0",
                "api.example.org:65536",
                "api.example.org:100000",
                "api.example.org:64x",
                "Api.example.org:6443",
                "[2001:db8::1]:6443"
            })
    void anythingElseIsNoEndpoint(String endpoint) {
        assertEquals(
                List.of("spec.endpoint: found " + endpoint + ", expected host:port, such as api.example.org:6443"),
                problems(endpoint(endpoint)));
    }

    @Test
    void anEndpointAndWorkersAreOptional() {
        assertEquals(List.of(), problems(endpoint(null)));
        assertEquals(List.of(), problems(selecting(Map.of("role", "all"), Map.of())));
    }

    @Test
    void aVersionIsWrittenInItsOneForm() {
        assertEquals(List.of(), problems(SPEC.withVersion("1.36.0")));
        assertEquals(List.of("spec.version: found 1.37.02, expected 1.37.2"), problems(SPEC.withVersion("1.37.02")));
    }

    @Test
    void selectorsOfWhichOneMachineCouldSatisfyBothAreRefused() {
        var told =
                "a label that spec.controlPlane.selector has with another value; otherwise one machine could be selected by"
                        + " both";
        assertEquals(
                List.of(),
                problems(selecting(Map.of("role", "cp", "site", "x"), Map.of("role", "worker", "site", "x"))));
        assertEquals(
                List.of("spec.workers.selector: found {role=cp}, expected " + told),
                problems(selecting(Map.of("role", "cp"), Map.of("role", "cp"))));
        assertEquals(
                List.of("spec.workers.selector: found {a=1, b=2, c=3, d=4, role=cp}, expected " + told),
                problems(selecting(Map.of("role", "cp"), Map.of("c", "3", "role", "cp", "b", "2", "d", "4", "a", "1"))),
                "in the order of their keys: a map of the JDK has another one in each process");
    }

    @Test
    void labelsOfSelectorsFollowTheRulesOfLabels() {
        var found = problems(selecting(Map.of("role", "c p"), Map.of("ro le", "worker")));

        assertEquals(
                List.of("spec.controlPlane.selector[role]", "spec.workers.selector", "spec.workers.selector"),
                found.stream().map(text -> text.split(":", 2)[0]).toList());
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 172.16.0.0/12", "10.244.0.0/24, 10.96.0.0/28", "10.244.0.0/16, 10.245.0.0/16"})
    void networksOfTheseSizesAreFine(String pods, String services) {
        assertEquals(List.of(), problems(SPEC.withNetworks(pods, services)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.96.0.0/29", "172.0.0.0/11", "10.96.0.1/16", "services"})
    void aNetworkOfServicesHasRoomForThemAndNotForEverything(String services) {
        assertEquals(
                List.of("spec.serviceCidr: found " + services
                        + ", expected a network of 12 to 28 bits such as 10.96.0.0/16, with no bits set after the"
                        + " prefix"),
                problems(SPEC.withNetworks("10.244.0.0/16", services)));
    }

    @Test
    void theDomainOfAClusterIsAName() {
        var spec =
                with(SPEC.controlPlane().selector(), SPEC.workers().selector(), "Cluster_1", SPEC.podNetwork(), null);

        assertEquals(1, problems(spec).size(), () -> problems(spec).toString());
    }

    @Test
    void theNodesOwnNetworkIsApartFromBoth() {
        var subnet = Samples.subnetSpec();

        assertEquals(List.of(), problems(findings -> ClusterChecks.checkApart(SPEC, "lab", subnet, findings)));
        var found = problems(findings -> ClusterChecks.checkApart(
                SPEC.withNetworks("192.168.0.0/16", "192.168.77.0/28"), "lab", subnet, findings));
        assertEquals(
                List.of(
                        "spec.podCidr: found 192.168.0.0/16, expected a network apart from that of the nodes,"
                                + " 192.168.77.0/24 of subnet lab; kube-proxy drops traffic to unallocated service"
                                + " addresses and would cut nodes and pods off without a word",
                        "spec.serviceCidr: found 192.168.77.0/28, expected a network apart from that of the nodes,"
                                + " 192.168.77.0/24 of subnet lab; kube-proxy drops traffic to unallocated service"
                                + " addresses and would cut nodes and pods off without a word"),
                found);
    }

    /** A subnet that breaks today's rules says nothing of clusters. */
    @Test
    void aSubnetWithoutANetworkIsApartFromAll() {
        var broken = new SubnetSpec("nonsense", "", "", List.of(), List.of(), List.of(), null, 60, 60, Map.of());

        assertEquals(List.of(), problems(findings -> ClusterChecks.checkApart(SPEC, "lab", broken, findings)));
    }

    private static ClusterStatus founded(@Nullable String version, @Nullable ClusterUpgrade upgrade) {
        return new ClusterStatus("Ready", version, null, "m1", true, 1, 1, 0, 0, List.of(), List.of(), upgrade);
    }

    private static List<String> changing(ClusterSpec after, ClusterStatus status) {
        return problems(findings -> ClusterChecks.checkChange(SPEC, after, status, findings)).stream()
                .map(text -> text.split(":", 2)[0])
                .toList();
    }

    @Test
    void whatItsObjectsHoldStaysWhileAClusterLives() {
        var other = with(Map.of("rack", "1"), Map.of("rack", "2"), "other.local", ClusterSpec.PodNetwork.BRIDGE, "b:1");

        assertEquals(List.of("spec.clusterDomain", "spec.podNetwork"), changing(other, founded("1.37.2", null)));
        assertEquals(
                List.of("spec.podCidr", "spec.serviceCidr"),
                changing(SPEC.withNetworks("10.0.0.0/16", "10.1.0.0/16"), founded("1.37.2", null)));
        assertEquals(List.of(), changing(other, ClusterStatus.declared()), "nobody founded it yet");
        assertEquals(List.of(), changing(SPEC, founded("1.37.2", null)));
    }

    @ParameterizedTest
    @CsvSource({"1.37.3, true", "1.37.1, false", "1.36.9, false", "1.38.0, false", "nonsense, false"})
    void aClusterGoesToWhatMayFollowOnWhatItRuns(String version, boolean may) {
        assertEquals(
                may ? List.of() : List.of("spec.version"),
                changing(SPEC.withVersion(version), founded("1.37.2", null)));
        // What it runs is what counts, and what was declared before it ran anything.
        assertEquals(
                may ? List.of() : List.of("spec.version"), changing(SPEC.withVersion(version), founded(null, null)));
    }

    @Test
    void whatRunsIsMeasuredAgainstNotWhatWasDeclaredLast() {
        // 1.37.2 was declared, and the cluster still runs 1.36.3: back is possible, over it is not.
        assertEquals(List.of(), changing(SPEC.withVersion("1.36.3"), founded("1.36.3", null)));
        assertEquals(List.of("spec.version"), changing(SPEC.withVersion("1.36.2"), founded("1.36.3", null)));
    }
}
