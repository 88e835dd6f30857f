package dev.garboard.server;

import dev.garboard.fleet.DesiredDocuments;
import dev.garboard.fleet.FleetConfig;
import dev.garboard.fleet.FleetServer;
import dev.garboard.fleet.cluster.Clusters;
import dev.garboard.fleet.config.MachineConfigs;
import dev.garboard.httpboot.BootHttpServer;
import dev.garboard.image.BundleStore;
import dev.garboard.image.ImageStore;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.InventoryConfig;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.ServingParts;
import dev.garboard.operatorapi.ApiEvents;
import dev.garboard.operatorapi.GatedTransport;
import dev.garboard.operatorapi.OperatorApiServer;
import dev.garboard.operatorapi.OperatorCertificates;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.SiteAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole boot server, put together. Parts are started in order and closed in reverse, also when a later one fails to start. */
public final class Server implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Server.class);

    /** Seals the keys of clusters; made at the first use. */
    private static final String CLUSTER_KEY = "cluster.key";

    /** Makes the tickets of boots; made at the first use. */
    private static final String TICKET_KEY = "boot-ticket.key";

    private static final Duration IMAGES_EVERY = Duration.ofSeconds(3);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Metrics metrics = new Metrics();
    private final ServingParts serving;
    private final Readiness readiness;

    private Server(InstantSource clock) {
        this.serving = new ServingParts(clock);
        this.readiness = new Readiness(serving, clock);
        metrics.parts(readiness::reports);
    }

    /**
     * Starts everything that the configuration asks for.
     *
     * @throws StartException or another exception whose message says what could not be started, why, and the remedy
     */
    public static Server start(Config config) {
        Logging.configure(config.log(), LoggerFactory.getILoggerFactory());
        long begun = System.nanoTime();
        var clock = InstantSource.system();
        var server = new Server(clock);
        try {
            server.startParts(config, clock);
        } catch (RuntimeException failed) {
            server.close();
            throw failed;
        }
        server.readiness.started();
        log.atInfo()
                .addKeyValue("site", config.site())
                .addKeyValue("milliseconds", (System.nanoTime() - begun) / 1_000_000)
                .log("ready");
        return server;
    }

    /** Completes with a reason when a part of this process cannot be brought back; the process should end then, and be started again. */
    public CompletionStage<String> hopeless() {
        return serving.hopeless();
    }

    private void startParts(Config config, InstantSource clock) {
        var authority = SiteAuthority.open(config.pki(), clock);
        var inventory = own(Inventory.open(InventoryConfig.of(database(config)), clock, serving));
        own(ServingLoop.start(serving.part("database"), LOOK_EVERY, () -> {
            // Reads from a table, so that a file or a server that is there but does not answer is noticed.
            var _ = inventory.store().revision();
        }));
        own(StoredThings.start(inventory.store(), clock));
        metrics.setAside(inventory.store().setAside()::counts);
        Seeds.apply(config.seed(), inventory.store());
        var certificates =
                own(OperatorCertificates.open(inventory.store(), authority, RevocationFile.in(config.pki()), clock));
        var images = new ImageStore(config.images());
        var bundles = new BundleStore(config.bundles());
        own(ImageCatalog.start(images, inventory.store(), IMAGES_EVERY, clock));
        var machines = own(new MachineIndex(inventory.store()));
        var imageMirror = own(ResourceMirror.start(inventory.store(), Kinds.IMAGE));
        ExecutorService blocking = own(Executors.newVirtualThreadPerTaskExecutor());
        var identity = own(ServerIdentity.start(authority, config, serving.part("server-certificate")));
        var sessions = inventory.bootSessions();
        metrics.bootSessionsLost(() -> Map.of("not_written", sessions.refused(), "too_many", sessions.pushedOut()));
        var desk = new BootDesk(machines, imageMirror, sessions, images.id(), blocking);
        var urls = new DhcpBoot.BootUrls(config.httpBoot().publicAddress());
        var watch = new BootWatch(sessions, metrics, clock);
        var dhcp = new DhcpService(config.dhcp(), inventory, new DhcpBoot(desk, urls), watch, metrics, clock);
        var tickets = new TicketDesk(
                inventory.bootTickets(),
                TicketKey.open(config.pki().resolve(TICKET_KEY)),
                dhcp::addressOf,
                config.enrollment().ticketValidity(),
                blocking);
        var files = new BootFiles(
                desk,
                images,
                new BundleFiles(bundles, blocking),
                Loaders.read(config.tftp().loaders()),
                tickets,
                urls,
                config.nodeApi().publicAddress());
        var vertx = own(vertx());
        own(BootHttpServer.bind(vertx.vertx(), config.httpBoot().listener().withPublicUrl(urls.base()), files, watch));
        if (config.tftp().enabled()) {
            own(new TftpService(config.tftp().listener(), files, watch, serving.part("tftp")));
        }
        own(dhcp);
        var clusters = own(Clusters.start(new Clusters.Parts(
                inventory,
                new ImportedBundles(bundles, urls.base()),
                config.pki().resolve(CLUSTER_KEY),
                config.snapshots(),
                clock)));
        var configs = own(MachineConfigs.start(inventory, clock));
        var documents = DesiredDocuments.composed(clusters.desired(), configs);
        var fleet = own(fleet(
                config,
                inventory,
                machines,
                authority,
                identity,
                dhcp,
                clusters,
                documents,
                certificates.gate(),
                clock));
        certificates.onRevoked(fleet::revoked);
        clusters.reachEtcdBy(fleet::removeEtcdMember);
        clusters.reachNodesBy(fleet::kubernetesOf);
        own(OperatorApiServer.bind(
                vertx.vertx(),
                vertx.transport(),
                config.operatorApi(),
                new HeardMachines(inventory.store(), fleet::lastHeard),
                identity.rotating(),
                authority.certificate(),
                certificates,
                List.of(),
                apiEvents(),
                clock));
        own(MetricsEndpoint.bind(vertx.vertx(), config.metrics(), metrics, readiness));
        own(Housekeeping.start(inventory, clock));
        dhcp.start();
    }

    private FleetServer fleet(
            Config config,
            Inventory inventory,
            MachineIndex machines,
            SiteAuthority authority,
            ServerIdentity identity,
            DhcpService dhcp,
            Clusters clusters,
            DesiredDocuments documents,
            RevocationGate gate,
            InstantSource clock) {
        var fleetConfig = FleetConfig.of(
                        config.nodeApi().listen(), config.enrollment().allowWeakIdentity())
                .withCertificateValidity(Duration.ofHours(config.nodeApi().certificateHours()))
                .withConnections(config.nodeApi().connections());
        try {
            return FleetServer.start(
                    fleetConfig,
                    new FleetServer.Parts(
                            inventory.store(),
                            inventory.bootSessions(),
                            inventory.bootTickets(),
                            machines,
                            authority,
                            identity.rotating(),
                            dhcp::addressOf,
                            documents,
                            clusters.methods(),
                            gate,
                            metrics::fleet,
                            clock));
        } catch (IOException failed) {
            throw StartException.cannotListen(
                    "node-api.listen", config.nodeApi().listen(), failed);
        }
    }

    /** One Vert.x for both HTTP servers; each of its servers has an event loop of its own. */
    private record OwnedVertx(Vertx vertx, GatedTransport transport) implements AutoCloseable {
        @Override
        public void close() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static OwnedVertx vertx() {
        // Vert.x would otherwise unpack resources into a directory under /tmp.
        var files = new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        var options = new VertxOptions()
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                .setFileSystemOptions(files);
        var transport = new GatedTransport();
        return new OwnedVertx(
                Vertx.builder().with(options).withTransport(transport).build(), transport);
    }

    private static String database(Config config) {
        var url = config.database().url();
        return url.startsWith("sqlite:") ? url.substring("sqlite:".length()) : "jdbc:" + url;
    }

    private ApiEvents apiEvents() {
        return new ApiEvents() {
            @Override
            public void answered(String verb, String resource, int status, Duration took) {
                metrics.api(verb, resource, status);
            }

            @Override
            public void refused(String reason) {
                metrics.apiRefused(reason);
            }
        };
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    /** Stops answering, lets what runs finish for a moment, and closes the database last. */
    @Override
    public void close() {
        readiness.stopping();
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.close();
            } catch (Exception failed) {
                log.atWarn()
                        .addKeyValue("part", part.getClass().getSimpleName())
                        .setCause(failed)
                        .log("closing failed; going on with the rest");
            }
        }
    }
}
