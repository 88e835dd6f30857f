package dev.garboard.agent.enrollment;

import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.supervision.Backoff;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.Goodbye;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.trust.RevocationList;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one stream to the boot server: status up, desired state down. It is opened again whenever it ends. */
public final class NodeStream implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.stream");
    private static final long STATUS_MILLIS = 30_000;
    private static final long GATHER_MILLIS = 200;

    /** A node without a time server or a resolver works; how its clock is kept and whether names resolve are conditions beside that. */
    private static final Set<String> IN_WORDS_OF_THEIR_OWN = Set.of("time", "resolver");

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final Service service;
    private final ServerChannel server;
    private final NodeFacts facts;
    private final NodeIdentity identity;
    private final ServiceTable services;
    private final int apiPort;
    private final Desired desired;
    private final Consumer<RevocationList> revoked;
    private final Backoff backoff;
    private boolean changed;
    private @Nullable StreamObserver<NodeMessage> up;

    /** Applies what the server wants. */
    public interface Desired {
        /** The whole desired state; the last one wins. */
        void apply(ServerMessage.DesiredState state);

        /** What the server's clock says. */
        default void serverTime(Instant now) {}

        /** How the clock is kept; empty before that is known. */
        default Optional<NodeMessage.Timekeeping> timekeeping() {
            return Optional.empty();
        }

        /** Whether the node's resolvers resolve; empty before that is known. */
        default Optional<NodeMessage.Resolvers> resolvers() {
            return Optional.empty();
        }

        /** How far the node is with the documents of that state. */
        default List<NodeMessage.DocumentStatus> documents() {
            return List.of();
        }

        /** The disk that the node's data is on; empty while there is none. */
        default Optional<NodeMessage.StateDisk> stateDisk() {
            return Optional.empty();
        }

        /** Data of etcd that was taken out of its member's way; empty before the node's disk is known. */
        default Optional<NodeMessage.EtcdAside> etcdAside() {
            return Optional.empty();
        }

        /** What became of the orders of that state. */
        default List<NodeMessage.OrderStatus> orders() {
            return List.of();
        }
    }

    /**
     * The stream of this node.
     *
     * @param revoked hears of each list of revoked certificates that the server sends, and decides whether to believe it
     */
    public NodeStream(
            Service service,
            ServerChannel server,
            NodeFacts facts,
            NodeIdentity identity,
            ServiceTable services,
            int apiPort,
            RandomGenerator random,
            Desired desired,
            Consumer<RevocationList> revoked) {
        this.service = service;
        this.server = server;
        this.facts = facts;
        this.identity = identity;
        this.services = services;
        this.apiPort = apiPort;
        this.desired = desired;
        this.revoked = revoked;
        this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
        services.onChange(this::statusChanged);
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            service.starting("connecting to " + server.describe());
            ManagedChannel channel = server.as(identity);
            try {
                converse(channel);
            } finally {
                synchronized (this) {
                    up = null;
                }
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
            Thread.sleep(backoff.next());
        }
    }

    private void converse(ManagedChannel channel) throws InterruptedException {
        var down = new Down();
        StreamObserver<NodeMessage> to = NodeServiceGrpc.newStub(channel).connect(down);
        to.onNext(hello());
        synchronized (this) {
            up = to;
            changed = true;
        }
        while (!down.ended) {
            synchronized (this) {
                if (!changed) {
                    wait(STATUS_MILLIS);
                }
            }
            // Changes come in groups; one message for all of them.
            Thread.sleep(GATHER_MILLIS);
            synchronized (this) {
                changed = false;
                if (up != null && !down.ended) {
                    to.onNext(status(down.observedRevision));
                }
            }
        }
    }

    /** Sends the status soon: something in it has changed. */
    public synchronized void statusChanged() {
        changed = true;
        notifyAll();
    }

    private NodeMessage hello() {
        return NodeMessage.newBuilder()
                .setHello(NodeMessage.Hello.newBuilder()
                        .setMachine(identity.current()
                                .map(now -> now.caller().name())
                                .orElse(""))
                        .setBootSession(facts.bootSession())
                        .setAddress(facts.address().get())
                        .setApiPort(apiPort)
                        .setAgentVersion(facts.agentVersion())
                        .setImage(facts.image())
                        .setImageRootHash(facts.imageRootHash())
                        .setKernelRelease(facts.kernelRelease())
                        .addAllSteps(facts.steps().get()))
                .build();
    }

    private NodeMessage status(long observedRevision) {
        var status = NodeMessage.Status.newBuilder()
                .setObservedRevision(observedRevision)
                .setAgentRssBytes(Kernel.residentBytes())
                .setTime(ServiceMessages.timestamp(Instant.now()));
        identity.current().ifPresent(now -> status.setCertificateNotAfter(ServiceMessages.timestamp(now.notAfter())));
        desired.timekeeping().ifPresent(status::setTimekeeping);
        desired.resolvers().ifPresent(status::setResolvers);
        desired.stateDisk().ifPresent(status::setStateDisk);
        desired.etcdAside().ifPresent(status::setEtcdAside);
        var notReady = new StringBuilder();
        for (Service each : services.all()) {
            status.addServices(ServiceMessages.of(each));
            if (!each.status().healthy() && !IN_WORDS_OF_THEIR_OWN.contains(each.name())) {
                notReady.append(notReady.isEmpty() ? "" : "; ")
                        .append(each.name())
                        .append(": ")
                        .append(each.status().message());
            }
        }
        for (NodeMessage.DocumentStatus document : desired.documents()) {
            status.addDocuments(document);
            if (document.getAppliedRevision() != document.getDesiredRevision() || document.getFailedRevision() != 0) {
                notReady.append(notReady.isEmpty() ? "" : "; ")
                        .append(document.getKind())
                        .append('/')
                        .append(document.getName())
                        .append(": ")
                        .append(document.getMessage().isEmpty() ? "not applied yet" : document.getMessage());
            }
        }
        status.addAllOrders(desired.orders());
        return NodeMessage.newBuilder()
                .setStatus(status.setReady(notReady.isEmpty()).setMessage(notReady.toString()))
                .build();
    }

    /** Tells the server that the node goes down, if the stream is there; waits a moment for the message to leave. */
    public void goodbye(Goodbye last) throws InterruptedException {
        synchronized (this) {
            if (up == null) {
                return;
            }
            up.onNext(NodeMessage.newBuilder().setGoodbye(last).build());
            up.onCompleted();
            up = null;
        }
        Thread.sleep(Duration.ofMillis(500));
    }

    private void received(ServerMessage message, Down down) {
        switch (message.getMessageCase()) {
            case WELCOME -> {
                backoff.reset();
                if (message.getWelcome().hasTime()) {
                    var time = message.getWelcome().getTime();
                    desired.serverTime(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
                }
                LOG.info("connected to {}", message.getWelcome().getServer());
                service.running();
            }
            case DESIRED -> {
                var state = message.getDesired();
                LOG.info("desired state, revision {}", state.getRevision());
                desired.apply(state);
                down.observedRevision = state.getRevision();
                statusChanged();
            }
            case REVOCATIONS -> {
                var list = message.getRevocations();
                revoked.accept(new RevocationList(
                        list.getContent().toByteArray(), list.getSignature().toByteArray()));
            }
            case MESSAGE_NOT_SET -> LOG.warn("the server sent a message that this agent does not know");
        }
    }

    /** The server's half. gRPC calls it one message at a time. */
    private final class Down implements StreamObserver<ServerMessage> {

        private volatile boolean ended;

        /** Of this stream alone: a server whose database was restored counts from lower numbers. */
        private volatile long observedRevision;

        @Override
        public void onNext(ServerMessage message) {
            received(message, this);
        }

        @Override
        public void onError(Throwable failure) {
            end(Enrollment.explain(failure));
        }

        @Override
        public void onCompleted() {
            end("the server ended the stream");
        }

        private void end(String why) {
            ended = true;
            LOG.warn("{}: {}", server.describe(), why);
            service.failed(why);
            statusChanged();
        }
    }
}
