package dev.garboard.fleet;

import dev.garboard.admission.RefusalLog;
import dev.garboard.agentapi.CallBounds;
import dev.garboard.agentapi.MachineApiRoles;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.ServerBounds;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.UnheardLimits;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC server that nodes and people connect to: who may call what, and how much of it. */
final class NodeListener {

    private static final Logger LOG = LoggerFactory.getLogger(FleetServer.class);

    private static final int STREAMS = 64;
    private static final int CALLS = 512;
    private static final int CALLS_OF_ONE = 64;

    private static final String ENROLL = EnrollmentServiceGrpc.getEnrollMethod().getFullMethodName();
    private static final String CONNECT = NodeServiceGrpc.getConnectMethod().getFullMethodName();

    private static final int MESSAGE = 64 << 10;

    /** A stranger's list of hardware, a node's report, and a part of a snapshot that an admin sends. */
    private static final Map<String, Integer> MESSAGES = Map.of(
            ENROLL,
            512 << 10,
            CONNECT,
            1 << 20,
            KubernetesServiceGrpc.getEtcdRestoreMethod().getFullMethodName(),
            (1 << 20) + (16 << 10));

    private NodeListener() {}

    /** Made and not started. */
    static Server of(
            FleetConfig config, FleetServer.Parts parts, Executor calls, List<ServerServiceDefinition> services) {
        var siteCa = parts.authority().certificate();
        var events = parts.events();
        var refusals = new RefusalLog(LOG, "node-api", parts.clock());
        return SiteServers.builder(
                        config.listen(),
                        parts.identity(),
                        siteCa,
                        SiteServers.ClientCertificate.OPTIONAL,
                        new ServerBounds(config.connections(), STREAMS, MESSAGE, MESSAGES),
                        (reason, peer) -> {
                            events.happened("connection", reason.word());
                            refusals.refused(reason.word(), String.valueOf(peer.getAddress()));
                        })
                .executor(calls)
                .addServices(services)
                .addService(ProtoReflectionServiceV1.newInstance())
                // The last is asked first: roles, then the bounds, then the audit of what they let pass.
                .intercept(new CallAudit())
                .intercept(new PeerAddress())
                // Each node has one stream, and what waits to enrol is bounded by FleetConfig.maxPending.
                .intercept(new CallBounds(
                        CALLS, CALLS_OF_ONE, Set.of(CONNECT, ENROLL), UnheardLimits.usual(), (reason, peer) -> {
                            events.happened("call", reason);
                            refusals.refused(reason, peer);
                        }))
                .intercept(new RoleInterceptor(
                        MachineApiRoles.ofServer(), Set.of(ENROLL), siteCa, parts.clock(), parts.gate(), refused -> {
                            events.happened("call", refused.reason().name());
                            refusals.refused(refused.reason().name(), refused.peer());
                            CallAudit.refused(refused);
                        }))
                .build();
    }
}
