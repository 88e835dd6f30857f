package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.fleet.config.MachineConfigs;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.BootClient;
import dev.garboard.inventory.BootDecision;
import dev.garboard.inventory.BootSessionStatus;
import dev.garboard.inventory.BootTickets;
import dev.garboard.inventory.EnrollmentRuleSpec;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import io.grpc.ServerMethodDefinition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A fleet server over a real database and real TLS. */
final class FleetRig implements AutoCloseable {

    static final String MAC = "52:54:00:00:00:01";
    static final String UUID = "3c2f1c9e-7a51-4b60-9f0e-0d3f6c1a2b4c";

    final Path directory;
    final SiteAuthority authority;
    Inventory inventory;
    ResourceStore store;
    MachineIndex index;
    final Map<String, String> leases = new ConcurrentHashMap<>();
    final ConcurrentMap<String, Integer> counted = new ConcurrentHashMap<>();
    final List<Runnable> open = new ArrayList<>();
    final RevocationGate gate = RevocationGate.informed(InstantSource.system());
    DesiredDocuments documents = DesiredDocuments.none();
    List<ServerMethodDefinition<?, ?>> methods = List.of();
    MachineConfigs configs;
    FleetServer fleet;
    private final int port;

    private final ConnectionLimits connections;

    FleetRig(Path directory, boolean allowWeakIdentity) throws IOException {
        this(directory, allowWeakIdentity, ConnectionLimits.of(100, 100));
    }

    FleetRig(Path directory, boolean allowWeakIdentity, ConnectionLimits connections) throws IOException {
        this.directory = directory;
        this.connections = connections;
        this.authority =
                SiteAuthority.create(Files.createDirectory(directory.resolve("pki")), "test", InstantSource.system());
        this.inventory = Inventory.open(directory.resolve("garboard.db").toString());
        this.store = inventory.store();
        this.index = new MachineIndex(store);
        this.configs = MachineConfigs.start(inventory, InstantSource.system());
        this.fleet = start(allowWeakIdentity, 0);
        this.port = fleet.port();
    }

    /** The same site, with documents for its nodes; the port stays, as that of a real server does. */
    void restart(DesiredDocuments newDocuments) throws IOException {
        fleet.close();
        configs.close();
        configs = MachineConfigs.start(inventory, InstantSource.system());
        documents = newDocuments;
        fleet = start(true, port);
    }

    /** As when the server's process is started again: nothing is left but the database. */
    void restartAll() throws IOException {
        fleet.close();
        configs.close();
        index.close();
        inventory.close();
        inventory = Inventory.open(directory.resolve("garboard.db").toString());
        store = inventory.store();
        index = new MachineIndex(store);
        configs = MachineConfigs.start(inventory, InstantSource.system());
        fleet = start(true, port);
    }

    private FleetServer start(boolean allowWeakIdentity, int port) throws IOException {
        var loopback = InetAddress.getLoopbackAddress();
        var config = new FleetConfig(
                new InetSocketAddress(loopback, port),
                allowWeakIdentity,
                Duration.ofHours(24),
                3,
                60,
                Duration.ofMinutes(2),
                connections);
        var identity = new RotatingIdentity(authority.issueServer(List.of(), List.of(loopback)));
        return FleetServer.start(
                config,
                new FleetServer.Parts(
                        store,
                        inventory.bootSessions(),
                        inventory.bootTickets(),
                        index,
                        authority,
                        identity,
                        mac -> Optional.ofNullable(leases.get(mac)),
                        DesiredDocuments.composed(documents, configs),
                        methods,
                        gate,
                        (event, outcome) -> counted.merge(event + " " + outcome, 1, Integer::sum),
                        InstantSource.system()));
    }

    FakeNode node() {
        var node = new FakeNode(authority.certificate(), fleet.port());
        open.add(node::close);
        return node;
    }

    /** A machine's boot was answered by DHCP and went on as far as the kernel and its ticket; the id of its session. */
    String booted(String mac) {
        var session = loading(mac);
        deliver(session, "127.0.0.1", Duration.ofMinutes(10));
        return session;
    }

    BootTickets.Delivery deliver(String session, String asker, Duration validity) {
        var mac = inventory.bootSessions().load(session).orElseThrow().spec().mac();
        return inventory.bootTickets().deliver(session, ticket(session), leases.getOrDefault(mac, ""), asker, validity);
    }

    /** The ticket of a session, in these tests. */
    static byte[] ticket(String session) {
        return ("ticket of " + session).getBytes(StandardCharsets.US_ASCII);
    }

    /** A machine's boot that has got no ticket yet. */
    String loading(String mac) {
        var client = new BootClient(mac, MachineIdentity.none(), BootClient.Stage.FIRMWARE, "x86-bios", true, null);
        var image = new ImageSpec(
                "1", "lab", "amd64", "6.12", "0".repeat(64), "", List.of(), "test", "00", Instant.EPOCH, true);
        var resource = new Resource<>(Kinds.IMAGE, ObjectMeta.named("lab-1"), image, ImageStatus.on("here"));
        var sessions = inventory.bootSessions();
        var opened = sessions.open(client, () -> new BootDecision.Boot(null, resource, "test"));
        opened.stored().toCompletableFuture().join();
        leases.putIfAbsent(mac, "127.0.0.1");
        sessions.append(opened.session().id(), "kernel", "http", "", 1, "ok");
        return opened.session().id();
    }

    void rule(String name, Acceptance action, boolean weak) {
        var match = new EnrollmentRuleSpec.Match(List.of(), List.of("52:54:00"), List.of(), List.of());
        var spec = new EnrollmentRuleSpec(1, match, action, null, "node-{n}", Map.of("rack", "a"), weak);
        store.create(new Resource<>(Kinds.ENROLLMENT_RULE, ObjectMeta.named(name), spec, new NoStatus()));
    }

    /** Cuts the end off the row of a machine, as a faulty disk does; known only to who reads it anew. */
    void damage(String machine) throws SQLException {
        try (var database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("garboard.db"));
                var sql = database.prepareStatement(
                        "UPDATE resource SET body = SUBSTR(body, 1, LENGTH(body) - 1) WHERE name = ?")) {
            database.createStatement().execute("PRAGMA busy_timeout = 10000");
            sql.setString(1, machine);
            sql.executeUpdate();
        }
    }

    /** Cuts the end off what every machine was told last. */
    void damageCommitted() throws SQLException {
        try (var database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("garboard.db"));
                var sql = database.createStatement()) {
            sql.execute("PRAGMA busy_timeout = 10000");
            sql.execute("UPDATE committed_config SET documents = SUBSTR(documents, 1, LENGTH(documents) - 1)");
        }
    }

    /** A copy of the database, as a person makes one. */
    Path copy() throws SQLException {
        var copy = directory.resolve("copy.db");
        try (var database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("garboard.db"));
                var sql = database.createStatement()) {
            sql.execute("VACUUM INTO '" + copy + "'");
        }
        return copy;
    }

    /** Puts the copy in the place of the database while the server runs. */
    void restore(Path copy) throws SQLException {
        try (var database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("garboard.db"));
                var sql = database.createStatement()) {
            sql.execute("PRAGMA busy_timeout = 10000");
            sql.execute("ATTACH '" + copy + "' AS copy");
            var tables = new ArrayList<String>();
            try (var rows = sql.executeQuery(
                    "SELECT name FROM copy.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            sql.execute("BEGIN IMMEDIATE");
            for (var table : tables) {
                sql.execute("DELETE FROM main." + table);
                sql.execute("INSERT INTO main." + table + " SELECT * FROM copy." + table);
            }
            sql.execute("COMMIT");
        }
    }

    Resource<MachineSpec, MachineStatus> machine(String name) {
        return store.get(Kinds.MACHINE, name).orElseThrow();
    }

    void accept(String name, Acceptance acceptance) {
        store.update(
                Kinds.MACHINE, name, machine -> machine.withSpec(machine.spec().withAcceptance(acceptance)));
    }

    BootSessionStatus session(String name) {
        return inventory.bootSessions().load(name).orElseThrow().status();
    }

    List<String> stages(String name) {
        return session(name).steps().stream().map(BootSessionStatus.Step::stage).toList();
    }

    static EnrollResponse next(BlockingQueue<EnrollResponse> answers) throws InterruptedException {
        var answer = answers.poll(20, TimeUnit.SECONDS);
        assertNotNull(answer, "no answer within 20 s");
        return answer;
    }

    static void eventually(BooleanSupplier condition, Supplier<String> found) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertTrue(condition.getAsBoolean(), found);
    }

    int count(String event) {
        return counted.getOrDefault(event, 0);
    }

    @Override
    public void close() {
        open.forEach(Runnable::run);
        fleet.close();
        configs.close();
        index.close();
        inventory.close();
    }
}
