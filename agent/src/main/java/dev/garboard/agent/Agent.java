package dev.garboard.agent;

import dev.garboard.agent.api.ApiServer;
import dev.garboard.agent.api.ContainerApi;
import dev.garboard.agent.api.FaultApi;
import dev.garboard.agent.api.KubernetesApi;
import dev.garboard.agent.api.MachineApi;
import dev.garboard.agent.api.NodeView;
import dev.garboard.agent.clock.TimeSync;
import dev.garboard.agent.clock.Timekeeping;
import dev.garboard.agent.enrollment.BootTicket;
import dev.garboard.agent.enrollment.Enrollment;
import dev.garboard.agent.enrollment.NodeFacts;
import dev.garboard.agent.enrollment.NodeIdentity;
import dev.garboard.agent.enrollment.NodeStream;
import dev.garboard.agent.enrollment.ServerChannel;
import dev.garboard.agent.hardware.HardwareFacts;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.kubernetes.NodeReset;
import dev.garboard.agent.kubernetes.containers.ContainerCalls;
import dev.garboard.agent.kubernetes.controlplane.KubernetesCalls;
import dev.garboard.agent.kubernetes.node.KubernetesNode;
import dev.garboard.agent.linux.BootParameters;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.linux.Power;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.net.NamedServers;
import dev.garboard.agent.net.Netlink;
import dev.garboard.agent.net.Network;
import dev.garboard.agent.net.NetworkState;
import dev.garboard.agent.net.ResolverFile;
import dev.garboard.agent.net.ResolverMessages;
import dev.garboard.agent.net.ResolverWatch;
import dev.garboard.agent.screen.Console;
import dev.garboard.agent.screen.StatusScreen;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.BootStep;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.NodeMessage.Goodbye;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.NodeMessage.Timekeeping.Reason;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.agentapi.v1.ResetResponse;
import dev.garboard.agentapi.v1.ServerMessage.DesiredState;
import dev.garboard.trust.Pem;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.RevocationList;
import dev.garboard.trust.TrustException;
import io.grpc.BindableService;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running node: its parts, and what each does when another has come further. */
final class Agent {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent");
    private static final Path COMMAND_LINE = Path.of("/proc/cmdline");
    private static final Path SITE_CA = Path.of("/run/garboard/site-ca.crt");
    private static final Path FAULT_INJECTION = Path.of("/etc/garboard/fault-injection");
    private static final Path BUILT_AT = Path.of("/etc/java.args");

    private final BootSteps steps;
    private final Children children;
    private final Consumer<Throwable> fatal;
    private final Runnable exit;
    private final StatusScreen screen;
    private final Supervisor supervisor;
    private final RandomGenerator random = new SecureRandom();
    private final ServiceTable services = new ServiceTable();
    private final NodeIdentity identity = new NodeIdentity();
    private final Stage0Notes stage0;
    private final X509Certificate siteCa;
    private final BootTicket ticket;
    private final RevocationGate gate = RevocationGate.waiting(InstantSource.system());
    private final Service agentService =
            services.add("agent", "PID 1: starts and supervises the others; its log has what is nobody else's");
    private final Service networkService = services.add("network", "Interfaces, addresses and the DHCP lease");
    private final Service timeService = services.add("time", "Keeps the clock by SNTP");
    private final Service resolverService = services.add("resolver", "Asks the name servers whether they answer");
    private final Service enrollmentService = services.add("enrollment", "The node's certificate");
    private final Service apiService = services.add("api", "Answers the machine API");
    private final Service streamService = services.add("stream", "The connection to the boot server");
    private final Network network;
    private final TimeSync time;
    private final ResolverWatch resolverWatch;
    private final CompletableFuture<Hardware> hardware = new CompletableFuture<>();
    private final NodeFacts facts;
    private final ServerChannel server;
    private final NodeStream stream;
    private final AtomicBoolean goesDown = new AtomicBoolean();
    private final Desired desired = new Desired();
    private NamedServers servers = NamedServers.NONE;

    private Agent(
            Console console,
            BootSteps steps,
            Stage0Notes stage0,
            BootParameters boot,
            X509Certificate siteCa,
            BootTicket ticket,
            Children children,
            Consumer<Throwable> fatal,
            Runnable exit) {
        this.steps = steps;
        this.children = children;
        this.fatal = fatal;
        this.exit = exit;
        this.stage0 = stage0;
        this.siteCa = siteCa;
        this.ticket = ticket;
        this.screen = new StatusScreen(console, services);
        this.supervisor = new Supervisor(random, fatal);
        this.network = new Network(networkService, boot, random, this::networkChanged);
        this.time = new TimeSync(timeService, random, () -> steps.now("time", ""));
        this.resolverWatch = new ResolverWatch(resolverService, random, this::statusChanged);
        this.facts = new NodeFacts(
                AgentVersion.read(),
                stage0.image(),
                stage0.rootHash(),
                Kernel.release(),
                boot.session(),
                hardware::join,
                () -> network.state().map(NetworkState::mac).orElse(""),
                () -> network.state()
                        .map(now -> now.lease().address().getHostAddress())
                        .orElse(""),
                this::bootSteps);
        this.server = new ServerChannel(boot.server(), siteCa, time::notBefore);
        this.stream = new NodeStream(
                streamService, server, facts, identity, services, ApiServer.PORT, random, desired, this::revoked);
    }

    static Agent assemble(
            Console console, BootTicket ticket, Children children, Consumer<Throwable> fatal, Runnable exit)
            throws IOException {
        var steps = new BootSteps(console);
        var stage0 = Stage0Notes.read();
        steps.before("kernel", stage0.start(), "");
        steps.before("stage-0", stage0.end(), "");
        steps.now("agent", "");
        var boot = BootParameters.parse(Files.readString(COMMAND_LINE));
        var siteCa = Pem.readCertificate(SITE_CA);
        return new Agent(console, steps, stage0, boot, siteCa, ticket, children, fatal, exit);
    }

    /** Starts every part and stays. */
    void run() throws InterruptedException {
        String hash = stage0.rootHash();
        screen.update(now -> now.withServer(server.describe())
                .withImage(stage0.image() + " (" + hash.substring(0, Math.min(12, hash.length())) + ")"));
        screen.start();
        setClockFloor();
        enrollmentService.waiting("no network yet");
        agentService.running();
        LOG.info("started from image {} on kernel {}", stage0.image(), Kernel.release());
        apiService.waiting("no certificate yet");
        streamService.waiting("no certificate yet");
        supervisor.start(networkService, network);
        supervisor.start(timeService, time);
        supervisor.start(resolverService, resolverWatch);
        hardware.complete(new HardwareFacts(Path.of("/")).collect(Netlink.links()));
        while (true) {
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** No certificate of this site and no file of this image can be from the future. */
    private void setClockFloor() {
        Instant floor = siteCa.getNotBefore().toInstant();
        try {
            Instant built = Files.getLastModifiedTime(BUILT_AT).toInstant();
            time.notBefore(built.isAfter(floor) ? built : floor);
        } catch (IOException unknown) {
            time.notBefore(floor);
        }
    }

    private static NodeMessage.Timekeeping message(Timekeeping keeping) {
        return NodeMessage.Timekeeping.newBuilder()
                .setReason(Reason.valueOf("REASON_" + keeping.reason()))
                .setMessage(keeping.message())
                .build();
    }

    private void networkChanged(NetworkState now) {
        screen.update(
                status -> status.withAddress(now.address() + " on " + now.interfaceName() + " (" + now.mac() + ")"));
        useServers(servers -> servers.leased(now.lease()));
        boolean first = steps.now("network", now.address());
        if (first) {
            String hostname = now.lease().hostName();
            if (hostname != null) {
                setHostname(hostname);
            }
            supervisor.start(
                    enrollmentService,
                    new Enrollment(enrollmentService, server, facts, ticket, identity, random, new Progress()));
        }
    }

    private synchronized List<InetAddress> resolvers() {
        return servers.resolvers();
    }

    private synchronized void useServers(UnaryOperator<NamedServers> change) {
        servers = change.apply(servers);
        ResolverFile.write(servers);
        time.use(servers.timeServers());
        resolverWatch.use(servers.resolvers());
    }

    private void statusChanged() {
        stream.statusChanged();
    }

    /** What the server wants of this node. Kubernetes is there as soon as a document is, and not before. */
    private final class Desired implements NodeStream.Desired {

        private volatile @Nullable KubernetesNode kubernetes;

        @Override
        public void apply(DesiredState state) {
            if (!state.getHostname().isEmpty()) {
                setHostname(state.getHostname());
            }
            useServers(servers ->
                    servers.wanted(addresses(state.getDnsServersList()), addresses(state.getTimeServersList())));
            KubernetesNode node = kubernetes;
            if (node == null && (state.getDocumentsCount() > 0 || state.getOrdersCount() > 0)) {
                var parts = new NodeParts(children, supervisor, services, random, this::disks);
                node = new KubernetesNode(parts, this::machine, stream::statusChanged);
                kubernetes = node;
            }
            if (node != null) {
                node.want(state.getDocumentsList(), state.getSecretsMap(), state.getOrdersList());
            }
        }

        @Override
        public void serverTime(Instant now) {
            time.serverSaid(now);
        }

        @Override
        public Optional<NodeMessage.Timekeeping> timekeeping() {
            return time.keeping().map(Agent::message);
        }

        @Override
        public Optional<NodeMessage.Resolvers> resolvers() {
            return resolverWatch.statuses().map(all -> ResolverMessages.of(all, Kernel.bootedAt()));
        }

        @Override
        public List<DocumentStatus> documents() {
            KubernetesNode node = kubernetes;
            return node == null ? List.of() : node.statuses();
        }

        @Override
        public Optional<NodeMessage.StateDisk> stateDisk() {
            KubernetesNode node = kubernetes;
            return node == null ? Optional.empty() : node.stateDisk();
        }

        @Override
        public Optional<NodeMessage.EtcdAside> etcdAside() {
            KubernetesNode node = kubernetes;
            return node == null ? Optional.empty() : node.etcdAside();
        }

        @Override
        public List<OrderStatus> orders() {
            KubernetesNode node = kubernetes;
            return node == null ? List.of() : node.orderStatuses();
        }

        String machine() {
            return identity.current().map(now -> now.caller().name()).orElse("");
        }

        List<Disk> disks() {
            return new HardwareFacts(Path.of("/")).disks();
        }

        NodeReset.State beforeReset() {
            return kubernetes().map(KubernetesNode::beforeReset).orElseGet(NodeReset.State::nothing);
        }

        private Optional<KubernetesNode> kubernetes() {
            return Optional.ofNullable(kubernetes);
        }

        Optional<KubernetesCalls> calls() {
            return kubernetes().map(KubernetesNode::calls);
        }

        Optional<ContainerCalls> containers() {
            return kubernetes().map(KubernetesNode::containers);
        }

        void shutDown() {
            KubernetesNode node = kubernetes;
            if (node != null) {
                node.shutDown();
            }
        }
    }

    private static List<InetAddress> addresses(List<String> literals) {
        var addresses = new ArrayList<InetAddress>();
        for (String literal : literals) {
            try {
                addresses.add(InetAddress.ofLiteral(literal));
            } catch (IllegalArgumentException malformed) {
                LOG.warn("the desired state names \"{}\", which is not an address", literal);
            }
        }
        return List.copyOf(addresses);
    }

    private static void setHostname(String name) {
        try {
            Kernel.setHostname(name);
        } catch (SystemCallException refused) {
            LOG.warn("{}", refused.getMessage());
        }
    }

    private List<BootStep> bootSteps() {
        return steps.all().stream()
                .map(step -> BootStep.newBuilder()
                        .setStage(step.stage())
                        .setUptime(ServiceMessages.duration(step.uptime()))
                        .setDetail(step.detail())
                        .build())
                .toList();
    }

    private final class Progress implements Enrollment.Listener {

        @Override
        public void pending(String machine, String reason) {
            screen.update(now -> now.withMachine(machine).withState("pending: " + reason));
        }

        @Override
        public void serverTime(Instant now) {
            time.serverSaid(now);
        }

        @Override
        public void refusedForLong() {
            goDown(Power.Down.RESTART, "the server does not take this boot for one of its own");
        }

        @Override
        public void accepted(String machine) {
            screen.update(now -> now.withMachine(machine).withState("enrolled"));
            if (steps.now("enroll", machine)) {
                supervisor.start(apiService, Agent.this::startApi);
            }
        }
    }

    /** What the site CA did not sign changes nothing. */
    private void revoked(RevocationList list) {
        try {
            var certificates = list.verify(siteCa);
            gate.learn(certificates);
            LOG.info("{} certificates are revoked", certificates.size());
        } catch (TrustException disbelieved) {
            LOG.warn("{}; what was known of revoked certificates stays", disbelieved.getMessage());
        }
    }

    private void startApi() throws IOException {
        apiService.starting("opening port " + ApiServer.PORT);
        var view = new NodeView(facts, () -> screen.status().machine(), network::state, this::resolvers, time);
        List<BindableService> offered = new ArrayList<>();
        offered.add(new MachineApi(view, services, this::goDown, this::reset));
        offered.add(new KubernetesApi(desired::calls));
        offered.add(new ContainerApi(desired::containers));
        if (Files.exists(FAULT_INJECTION)) {
            offered.add(new FaultApi(fatal, exit));
        }
        ApiServer.start(new InetSocketAddress(ApiServer.PORT), identity, siteCa, gate, offered);
        apiService.running();
        steps.now("api", "");
        screen.update(now -> now.withState("ready"));
        supervisor.start(streamService, stream);
    }

    /** Ends what runs and erases the node's disk; the machine restarts afterwards, also when that failed. */
    private MachineApi.Erased reset(ResetRequest request, String why) {
        var plan = new NodeReset(desired::machine, desired::disks, desired::beforeReset).plan(request);
        if (!goesDown.compareAndSet(false, true)) {
            throw Status.UNAVAILABLE
                    .withDescription("the machine goes down already")
                    .asRuntimeException();
        }
        LOG.warn("{}: erasing {}", why, plan.device());
        screen.update(now -> now.withState("erasing: " + why));
        var goodbye = Goodbye.newBuilder().setKind(Goodbye.Kind.KIND_REBOOT).setReason(why);
        String failure = null;
        try {
            // Bounded, as when the machine restarts.
            desired.shutDown();
            plan.carryOut();
            goodbye.setErasedFileSystem(plan.givenUp());
        } catch (IOException | RuntimeException failed) {
            // Half of it has ended: the machine restarts whatever it was.
            failure = "not erased: " + failed.getMessage() + "; the machine restarts";
            LOG.error("{}", failure, failed);
        }
        var answer = ResetResponse.newBuilder()
                .setDevice(plan.disk().getName())
                .setFileSystem(plan.found())
                .build();
        return new MachineApi.Erased(answer, failure, () -> {
            goodbye(goodbye.build());
            Power.down(Power.Down.RESTART);
        });
    }

    /**
     * Says goodbye, ends what runs in order, and takes the machine down. Asked again meanwhile it returns at once: a second Ctrl-Alt-Del does
     * not wait for the pods.
     */
    void goDown(Power.Down how, String why) {
        if (!goesDown.compareAndSet(false, true)) {
            LOG.warn("asked again to go down: {}", why);
            return;
        }
        boolean off = how == Power.Down.OFF;
        screen.update(now -> now.withState((off ? "powering off: " : "restarting: ") + why));
        goodbye(off ? Goodbye.Kind.KIND_SHUTDOWN : Goodbye.Kind.KIND_REBOOT, why);
        // Bounded: PodShutdown's limits, and ten seconds for each program.
        desired.shutDown();
        Power.down(how);
    }

    void lastWords(Throwable error) {
        goodbye(Goodbye.Kind.KIND_FATAL, String.valueOf(error));
    }

    private void goodbye(Goodbye.Kind kind, String why) {
        goodbye(Goodbye.newBuilder().setKind(kind).setReason(why).build());
    }

    private void goodbye(Goodbye last) {
        try {
            stream.goodbye(last);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
