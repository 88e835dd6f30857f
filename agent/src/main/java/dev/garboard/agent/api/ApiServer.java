package dev.garboard.agent.api;

import dev.garboard.agentapi.MachineApiRoles;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.FaultServiceGrpc;
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
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine API on its port: mutual TLS, a role for every method, health and reflection. */
public final class ApiServer implements AutoCloseable {

    /** Where a node answers unless its test says otherwise. */
    public static final int PORT = 7444;

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
     * @param services the machine API and, on a laboratory image, fault injection
     */
    public static ApiServer start(
            InetSocketAddress listen, X509KeyManager identity, X509Certificate siteCa, List<BindableService> services)
            throws IOException {
        ExecutorService calls = Executors.newCachedThreadPool(
                Thread.ofPlatform().name("call-", 0).daemon().factory());
        var builder = SiteServers.builder(listen, identity, siteCa, ClientCertificate.REQUIRED)
                .executor(calls)
                .intercept(new RoleInterceptor(
                        roles(),
                        Set.of(),
                        siteCa,
                        InstantSource.system(),
                        (method, reason, message, peer) ->
                                LOG.warn("refused {} to {}: {}: {}", method, peer, reason, message)))
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
