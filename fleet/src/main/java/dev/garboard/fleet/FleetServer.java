package dev.garboard.fleet;

import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.v1.EtcdRemoveMemberRequest;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import dev.garboard.inventory.BootSessions;
import dev.garboard.inventory.BootTickets;
import dev.garboard.inventory.EnrollmentRuleSpec;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.trust.Caller;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The port where nodes enrol and connect, and where people reach the machine APIs through the server. */
public final class FleetServer implements AutoCloseable {

    private static final long STOP_SECONDS = 5;

    private static final long CALL_SECONDS = 15;

    private final NodeStreams streams = new NodeStreams();
    private final NodeChannels channels;
    private final NodeEndpoint nodes;
    private final EnrollmentEndpoint enrollments;
    private final Server server;
    private final ResourceMirror<MachineSpec, MachineStatus> machines;
    private final ResourceMirror<EnrollmentRuleSpec, NoStatus> rules;
    private final ExecutorService calls;
    private final LostNodes lost;

    /**
     * What the server needs of the rest of Garboard.
     *
     * @param index closed by its owner, after this server
     * @param documents of the nodes; its owner closes it after this server
     * @param methods of the machine API that the server answers itself, because they are about more than one machine
     * @param gate which certificates were revoked; {@link #revoked} tells the nodes
     * @param identity the server's certificate; replaced by its owner before it expires
     */
    public record Parts(
            ResourceStore store,
            BootSessions sessions,
            BootTickets tickets,
            MachineIndex index,
            SiteAuthority authority,
            RotatingIdentity identity,
            LeasedAddresses leases,
            DesiredDocuments documents,
            List<ServerMethodDefinition<?, ?>> methods,
            RevocationGate gate,
            FleetEvents events,
            InstantSource clock) {}

    private FleetServer(FleetConfig config, Parts parts) throws IOException {
        var index = parts.index();
        var events = parts.events();
        var sessions = new SessionLog(parts.sessions(), parts.clock());
        var proof = new BootProof(sessions, parts.leases(), parts.tickets());
        this.channels = new NodeChannels(parts.identity(), parts.authority().certificate());
        var living = FormerBoots.of(channels::answers, boot -> streams.has(boot.machine(), boot.session()));
        var enrollment =
                new Enrollment(parts.store(), index, sessions, proof, living, parts.authority(), config, parts.clock());
        this.calls = Executors.newVirtualThreadPerTaskExecutor();
        var recorder = new NodeRecorder(parts.store(), sessions, parts.clock());
        this.lost = new LostNodes(index, streams, recorder, config.returnWithin());
        this.nodes = new NodeEndpoint(
                index,
                streams,
                recorder,
                sessions,
                parts.authority(),
                config.certificateValidity(),
                parts.documents(),
                parts.gate(),
                events);
        this.enrollments = new EnrollmentEndpoint(
                enrollment,
                proof,
                sessions,
                new AddressLimiter(config.enrollmentsPerMinute(), parts.clock()),
                events,
                calls,
                config.maxPending());
        var services =
                new ArrayList<>(new MachineForwarder(index, streams, channels, parts.methods(), events).services());
        services.add(enrollments.bindService());
        services.add(nodes.bindService());
        this.server = NodeListener.of(config, parts, calls, services);
        parts.documents().listen(nodes::documentsChanged);
        this.machines = ResourceMirror.start(parts.store(), Kinds.MACHINE, (before, after) -> {
            enrollments.machineChanged(before, after);
            nodes.machineChanged(before, after);
            if (after == null && before != null) {
                channels.forget(before.name());
            }
        });
        this.rules = ResourceMirror.start(
                parts.store(), Kinds.ENROLLMENT_RULE, (before, after) -> enrollments.rulesChanged());
    }

    /**
     * Starts to listen.
     *
     * @throws IOException when the port cannot be bound
     */
    public static FleetServer start(FleetConfig config, Parts parts) throws IOException {
        var fleet = new FleetServer(config, parts);
        try {
            fleet.server.start();
        } catch (IOException refused) {
            fleet.close();
            throw refused;
        }
        fleet.lost.start();
        return fleet;
    }

    /** When the stream of a machine was last heard; empty when it has none here. */
    public Optional<Instant> lastHeard(String machine) {
        return streams.of(machine).map(NodeStream::lastHeard);
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** How many nodes are connected. */
    public int connected() {
        return streams.size();
    }

    /** How many machines wait for acceptance on an open stream. */
    public int pending() {
        return enrollments.pending();
    }

    /** Certificates were revoked: the nodes are told. */
    public void revoked() {
        nodes.sendRevocations();
    }

    /**
     * Takes a member out of a cluster's etcd, asking the agent of another one.
     *
     * @return why that was not possible; empty when it is done
     */
    public Optional<String> removeEtcdMember(String through, String member) {
        var node = kubernetesOf(through);
        if (node.isEmpty()) {
            return Optional.of("machine " + through + " is not connected");
        }
        try {
            node.get()
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .etcdRemoveMember(EtcdRemoveMemberRequest.newBuilder()
                            .setMember(member)
                            .build());
            return Optional.empty();
        } catch (StatusException refused) {
            return refused.getStatus().getCode() == Status.Code.NOT_FOUND
                    ? Optional.empty()
                    : Optional.of(through + ": " + refused.getStatus());
        }
    }

    /** The Kubernetes part of a machine's API, asked as the server itself; empty when the machine is not connected. */
    public Optional<KubernetesServiceBlockingV2Stub> kubernetesOf(String machine) {
        var headers = new Metadata();
        headers.put(
                MachineMetadata.ON_BEHALF_OF,
                MachineMetadata.onBehalfOf(new Caller("garboard-server", Set.of(Role.ADMIN))));
        return streams.of(machine)
                .map(node -> KubernetesServiceGrpc.newBlockingV2Stub(channels.to(node))
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    /** Tells nodes to connect again later, lets running calls end, and stops. */
    @Override
    public void close() {
        lost.close();
        machines.close();
        rules.close();
        server.shutdown();
        nodes.stop();
        enrollments.stop();
        channels.close();
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
                server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
    }
}
