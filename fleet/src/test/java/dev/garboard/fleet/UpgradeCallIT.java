package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.KubernetesUpgradeRequest;
import dev.garboard.agentapi.v1.KubernetesUpgradeResponse;
import dev.garboard.agentapi.v1.UpgradeOutcome.Result;
import dev.garboard.fleet.cluster.Clusters;
import dev.garboard.fleet.cluster.FakeKubernetes;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Role;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The one method of the machine API that the server answers itself, over real TLS. */
@Timeout(120)
class UpgradeCallIT {

    @TempDir
    Path directory;

    private FleetRig rig;
    private Clusters clusters;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        clusters = new FakeKubernetes().clusters(rig.inventory, directory.resolve("cluster.key"));
        rig.methods = clusters.methods();
        rig.restart(clusters.desired());
        rig.store.create(new Resource<>(
                Kinds.CLUSTER,
                ObjectMeta.named("lab"),
                ClusterSpec.of("1.37.2", Map.of("role", "control-plane"), Map.of("role", "worker")),
                ClusterStatus.declared()));
    }

    @AfterEach
    void stop() {
        rig.fleet.close();
        clusters.close();
        rig.close();
    }

    @Test
    void aReaderMayLookWhetherItIsPossible() throws Exception {
        var said = ask(Role.READER, request("lab", "1.37.3").setDryRun(true));

        assertEquals(Result.RESULT_REFUSED, said.getLast().getOutcome().getResult());
        assertTrue(
                said.getLast().getOutcome().getMessage().contains("no bundle of Kubernetes 1.37.3 was imported"),
                said::toString);
        assertTrue(said.stream().anyMatch(one -> one.getCheck().getName().equals("removed-apis")), said::toString);
        assertUnchanged();
    }

    @Test
    void onlyAnAdministratorMayDoIt() {
        var refused = refusal(Role.OPERATOR, request("lab", "1.37.3"));

        assertEquals(Status.Code.PERMISSION_DENIED, refused.getCode());
        assertEquals(
                "KubernetesUpgrade without dry_run needs the role admin; operator has operator",
                refused.getDescription());
        assertUnchanged();
    }

    @Test
    void whatSpeaksAgainstItIsSaidAndNothingIsChanged() throws Exception {
        var said = ask(Role.ADMIN, request("lab", "1.37.3"));

        assertEquals(Result.RESULT_REFUSED, said.getLast().getOutcome().getResult());
        assertFalse(said.getFirst().getCheck().getPassed());
        assertUnchanged();
    }

    @Test
    void anUnknownClusterAndAnUnknownVersionAreNamed() {
        var cluster = refusal(Role.READER, request("other", "1.37.3").setDryRun(true));
        var version = refusal(Role.READER, request("lab", "1.20.0").setDryRun(true));

        assertEquals("there is no cluster \"other\"; there is lab", cluster.getDescription());
        assertEquals("Kubernetes 1.20.0 is not supported; this Garboard knows 1.36 and 1.37", version.getDescription());
    }

    private void assertUnchanged() {
        assertEquals(
                "1.37.2",
                rig.store.get(Kinds.CLUSTER, "lab").orElseThrow().spec().version());
    }

    private static KubernetesUpgradeRequest.Builder request(String cluster, String version) {
        return KubernetesUpgradeRequest.newBuilder().setCluster(cluster).setVersion(version);
    }

    private Status refusal(Role role, KubernetesUpgradeRequest.Builder request) {
        return assertThrows(StatusException.class, () -> ask(role, request)).getStatus();
    }

    private List<KubernetesUpgradeResponse> ask(Role role, KubernetesUpgradeRequest.Builder request)
            throws StatusException, InterruptedException {
        var said = new ArrayList<KubernetesUpgradeResponse>();
        try (var client = NodeClient.direct(
                FakeNode.server(rig.fleet.port()),
                rig.authority.issueOperator(role.word(), role, Duration.ofDays(1)),
                rig.authority.certificate())) {
            var stream =
                    client.kubernetes().withDeadlineAfter(30, TimeUnit.SECONDS).kubernetesUpgrade(request.build());
            for (var one = stream.read(); one != null; one = stream.read()) {
                said.add(one);
            }
        }
        return said;
    }
}
