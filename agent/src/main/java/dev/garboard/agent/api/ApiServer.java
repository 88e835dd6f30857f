package dev.garboard.agent.api;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.admission.RefusalLog;
import dev.garboard.agentapi.CallBounds;
import dev.garboard.agentapi.MachineApiRoles;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.ServerBounds;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.FaultServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine API on its port: mutual TLS, a role for every method, health and reflection. */
public final class ApiServer implements AutoCloseable {

    /** Where a node answers unless its test says otherwise. */
    public static final int PORT = 7444;

    /** A call that waits has no thread of these: streams have their own, which are bounded too. */
    private static final int THREADS = 16;

    private static final int CALLS = 64;
    private static final int CALLS_OF_ONE = 24;

    /** A part of a snapshot is the one large message that a node takes. */
    private static final int LARGE = (1 << 20) + (16 << 10);

    /**
     * Together at most some 16 MiB of the node's heap: connections times a TLS engine and a window, 64 calls times a message, and one
     * part of a snapshot for each of the few who may restore.
     */
    private static final ServerBounds BOUNDS = new ServerBounds(
            new ConnectionLimits(64, 16, 16, 8),
            32,
            64 << 10,
            Map.of(KubernetesServiceGrpc.getEtcdRestoreMethod().getFullMethodName(), LARGE));

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");

    private final Server server;
    private final ExecutorService calls;

    private ApiServer(Server server, ExecutorService calls) {
        this.server = server;
        this.calls = calls;
    }

    /**
     * Starts to listen.
     *
     * @param gate which certificates were revoked; until it is informed, nobody but the server is let in
     * @param services the machine API and, on a laboratory image, fault injection
     */
    public static ApiServer start(
            InetSocketAddress listen,
            X509KeyManager identity,
            X509Certificate siteCa,
            RevocationGate gate,
            List<BindableService> services)
            throws IOException {
        var calls = new CallThreads(THREADS);
        var log = new RefusalLog(LOG, "machine API", InstantSource.system());
        var builder = SiteServers.builder(
                        listen,
                        identity,
                        siteCa,
                        ClientCertificate.REQUIRED,
                        BOUNDS,
                        (reason, peer) -> log.refused(reason.word(), String.valueOf(peer)))
                .executor(calls)
                // The interceptor that is added last is asked first.
                .intercept(new CallBounds(CALLS, CALLS_OF_ONE, log::refused))
                .intercept(new RoleInterceptor(
                        roles(),
                        Set.of(),
                        siteCa,
                        InstantSource.system(),
                        gate,
                        refused -> log.refused(
                                refused.reason().name(),
                                refused.peer() + " to " + refused.method() + ": " + refused.message())))
                .addService(new HealthStatusManager().getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance());
        services.forEach(builder::addService);
        return new ApiServer(builder.build().start(), calls);
    }

    private static Map<String, Role> roles() {
        var roles = new HashMap<>(MachineApiRoles.MACHINE);
        roles.put(HealthGrpc.getCheckMethod().getFullMethodName(), Role.READER);
        roles.put(HealthGrpc.getWatchMethod().getFullMethodName(), Role.READER);
        roles.put(FaultServiceGrpc.getCrashMethod().getFullMethodName(), Role.ADMIN);
        return roles;
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Ends all calls. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("the API did not end within 5 s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
    }
}
