package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.SubnetSpec;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeGuardIT {

    private static final Caller OPERATOR = new Caller("olga", Set.of(Role.OPERATOR));
    private static final Caller ADMIN = new Caller("ada", Set.of(Role.ADMIN));
    private static final Map<String, String> SELECTOR = Map.of("role", "control-plane");

    @TempDir
    private Path directory;

    private Inventory inventory;
    private ChangeGuard guard;

    @BeforeEach
    void open() {
        inventory = Inventory.open(database());
        guard = new ChangeGuard(inventory.store());
        for (var name : List.of("c2", "c1")) {
            inventory
                    .store()
                    .create(new Resource<>(
                            Kinds.CLUSTER,
                            ObjectMeta.named(name),
                            ClusterSpec.of("1.37.1", SELECTOR, Map.of()),
                            ClusterStatus.declared()));
        }
    }

    private String database() {
        return directory.resolve("garboard.db").toString();
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    private Refusal refusal(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        return assertThrows(RefusedException.class, () -> guard.check(OPERATOR, before, after))
                .refusal();
    }

    @Test
    void whatReachesAControlPlaneTakesTheGreaterRoleAndSaysWhy() {
        var plain = machine(Map.of());
        var selected = machine(SELECTOR);
        var cause = "metadata.labels.role needs the role admin, olga has operator: a control plane holds the cluster's"
                + " keys and etcd's data";

        var refusal = refusal(plain, selected);

        assertEquals(403, refusal.code());
        assertEquals("machines.garboard.dev \"m1\" is forbidden: " + cause, refusal.message());
        assertEquals(
                cause,
                refusal.causes().getFirst().field() + " "
                        + refusal.causes().getFirst().message());
        assertEquals(refusal.message(), refusal(null, selected).message());
        assertEquals(refusal.message(), refusal(selected, null).message());
        assertDoesNotThrow(() -> guard.check(ADMIN, plain, selected));
        assertDoesNotThrow(() -> guard.check(OPERATOR, plain, machine(Map.of("site", "x"))));
    }

    /** Nobody can tell what it decides: named in order, so that two refusals of the same are the same. */
    @Test
    void whatCannotBeReadLeavesMachinesAndSubnetsToAdmins() throws Exception {
        sql("UPDATE resource SET body = '{' WHERE kind = 'Cluster'");
        var message = "machines.garboard.dev \"m1\" is forbidden: metadata.name needs the role admin while a stored"
                + " Cluster or EnrollmentRule cannot be read ([c1, c2], []): nobody can tell what of this machine or"
                + " subnet they decide by";

        assertEquals(message, refusal(null, machine(Map.of())).message());
        assertEquals(message, refusal(machine(Map.of()), null).message());
        assertTrue(refusal(null, subnet()).message().startsWith("subnets.garboard.dev \"s1\" is forbidden"));
        assertDoesNotThrow(() -> guard.check(ADMIN, null, machine(Map.of())));
        assertDoesNotThrow(() -> guard.check(OPERATOR, another(), null));
    }

    @Test
    void soDoesARuleThatCannotBeRead() throws Exception {
        sql("UPDATE resource SET kind = 'EnrollmentRule', body = '{' WHERE name = 'c1'");

        assertEquals(403, refusal(null, machine(Map.of())).code());
    }

    /** It may have a mirror; labels alone choose whom it selects. */
    @Test
    void aNodeConfigThatCannotBeReadLeavesLabelsToAdmins() throws Exception {
        sql("UPDATE resource SET kind = 'NodeConfig', body = '{' WHERE name = 'c1'");
        var plain = machine(Map.of());
        var labelled = machine(Map.of("site", "x"));

        assertEquals(
                "machines.garboard.dev \"m1\" is forbidden: metadata.labels needs the role admin while a stored NodeConfig"
                        + " cannot be read ([c1]): nobody can tell which machines it selects",
                refusal(plain, labelled).message());
        assertDoesNotThrow(() -> guard.check(ADMIN, plain, labelled));
        assertDoesNotThrow(() -> guard.check(OPERATOR, null, plain));
    }

    private void sql(String statement) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static Resource<MachineSpec, MachineStatus> machine(Map<String, String> labels) {
        return new Resource<>(
                Kinds.MACHINE,
                ObjectMeta.named("m1").withLabels(labels),
                MachineSpec.undecided(),
                MachineStatus.unseen());
    }

    private static Resource<SubnetSpec, NoStatus> subnet() {
        return new Resource<>(
                Kinds.SUBNET,
                ObjectMeta.named("s1"),
                new SubnetSpec(
                        "192.168.77.0/24",
                        "192.168.77.100",
                        "192.168.77.200",
                        List.of(),
                        List.of(),
                        List.of(),
                        null,
                        3600,
                        600,
                        Map.of()),
                new NoStatus());
    }

    /** Of a kind that no cluster and no rule decides by. */
    private static Resource<ClusterSpec, ClusterStatus> another() {
        return new Resource<>(
                Kinds.CLUSTER,
                ObjectMeta.named("c9"),
                ClusterSpec.of("1.37.1", SELECTOR, Map.of()),
                ClusterStatus.declared());
    }
}
