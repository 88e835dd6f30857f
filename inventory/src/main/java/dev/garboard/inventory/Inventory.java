package dev.garboard.inventory;

import java.time.InstantSource;

/** The opened inventory: its database, brought to the current schema, and what is kept in it. */
public final class Inventory implements AutoCloseable {

    private final Database database;
    private final ServingParts parts;
    private final Watches watches;
    private final SqlResourceStore store;
    private final SqlLeases leases;
    private final BootSessions bootSessions;
    private final BootTickets bootTickets;
    private final SealedSecrets secrets;
    private final DocumentRevisions documents;
    private final NodeOrders orders;
    private final CommittedConfigs configs;

    private Inventory(Database database, InstantSource clock, ServingParts parts) {
        this.database = database;
        this.parts = parts;
        this.watches = new Watches(database);
        this.store = new SqlResourceStore(database, watches, clock, parts);
        this.leases = new SqlLeases(database, parts.part("lease-writer"));
        this.bootSessions =
                new BootSessions(new BootSessionWriter(database, clock, parts.part("boot-session-writer")), clock);
        this.bootTickets = new BootTickets(database, clock);
        this.secrets = new SealedSecrets(database);
        this.documents = new DocumentRevisions(database);
        this.orders = new NodeOrders(database, clock);
        this.configs = new CommittedConfigs(database);
    }

    /** Opens with the usual bounds; see {@link InventoryConfig#database}. */
    public static Inventory open(String database) {
        return open(InventoryConfig.of(database), InstantSource.system());
    }

    /**
     * Opens, creating or migrating the schema as needed.
     *
     * @throws InventoryUnavailableException when the database cannot be used: what, why and what helps
     */
    public static Inventory open(InventoryConfig config, InstantSource clock) {
        return open(config, clock, new ServingParts(clock));
    }

    /** As {@link #open(InventoryConfig, InstantSource)}; the inventory's writers report among these parts. */
    public static Inventory open(InventoryConfig config, InstantSource clock, ServingParts parts) {
        var database = Database.open(config);
        try {
            Migrations.run(database);
            return new Inventory(database, clock, parts);
        } catch (RuntimeException refused) {
            database.close();
            throw refused;
        }
    }

    /** How the parts of this process are; whoever has the inventory may add some. */
    public ServingParts parts() {
        return parts;
    }

    /** The resources. */
    public ResourceStore store() {
        return store;
    }

    /** The journal of DHCP leases. */
    public SqlLeases leases() {
        return leases;
    }

    /** The boots of all machines. */
    public BootSessions bootSessions() {
        return bootSessions;
    }

    /** What makes a boot somebody's. */
    public BootTickets bootTickets() {
        return bootTickets;
    }

    /** What no API shows. */
    public SealedSecrets secrets() {
        return secrets;
    }

    /** The numbers of the nodes' documents. */
    public DocumentRevisions documents() {
        return documents;
    }

    Database database() {
        return database;
    }

    /** What nodes are ordered to do once. */
    public NodeOrders orders() {
        return orders;
    }

    /** What machines were told to be. */
    public CommittedConfigs configs() {
        return configs;
    }

    InventoryConfig config() {
        return database.config();
    }

    @Override
    public void close() {
        bootSessions.close();
        leases.close();
        watches.close();
        database.close();
    }
}
