package dev.garboard.fleet;

import dev.garboard.agentapi.MachineApiRoles;
import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesUpgradeRequest;
import dev.garboard.trust.AuditLog;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes people's calls that change something into the audit log, as the operator API does with its writes: when they have ended, whether
 * the server answered them itself or passed them on to a machine. What a reader may ask changes nothing and is left out.
 */
final class CallAudit implements ServerInterceptor {

    private static final String UPGRADE =
            KubernetesServiceGrpc.getKubernetesUpgradeMethod().getFullMethodName();

    /** A call that the roles refused; its service never saw it. */
    static void refused(RoleInterceptor.Refused refused) {
        var caller = Objects.requireNonNullElseGet(refused.caller(), () -> new Caller("", Set.of()));
        if (changes(refused.method())) {
            AuditLog.write(
                    request(caller, refused.peer(), refused.method(), refused.machine()),
                    refused.status().name(),
                    refused.reason().name());
        }
    }

    private static boolean changes(String method) {
        var needed = MachineApiRoles.MACHINE.get(method);
        return needed == Role.OPERATOR || needed == Role.ADMIN;
    }

    private static AuditLog.Request request(Caller caller, String peer, String method, String name) {
        int slash = method.indexOf('/');
        return new AuditLog.Request(caller, peer, method.substring(slash + 1), method.substring(0, slash), name, false);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var method = call.getMethodDescriptor().getFullMethodName();
        if (!changes(method) && !method.equals(UPGRADE)) {
            return next.startCall(call, headers);
        }
        return new Audited<>(call, headers, RoleInterceptor.CALLER.get()).start(next);
    }

    /** One call, written down once: as it was answered, or as cancelled. */
    private static final class Audited<Q, A> {

        private final ServerCall<Q, A> call;
        private final Metadata headers;
        private final Caller caller;
        private final String method;
        private final AtomicBoolean written = new AtomicBoolean();
        private volatile String subject;
        private volatile boolean isChange;

        Audited(ServerCall<Q, A> call, Metadata headers, Caller caller) {
            this.call = call;
            this.headers = headers;
            this.caller = caller;
            this.method = call.getMethodDescriptor().getFullMethodName();
            this.subject = Objects.requireNonNullElse(headers.get(MachineMetadata.MACHINE), "");
            this.isChange = changes(method);
        }

        ServerCall.Listener<Q> start(ServerCallHandler<Q, A> next) {
            var watched = new SimpleForwardingServerCall<Q, A>(call) {
                @Override
                public void close(Status status, Metadata trailers) {
                    write(status.getCode());
                    super.close(status, trailers);
                }
            };
            return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
                @Override
                public void onMessage(Q message) {
                    if (message instanceof KubernetesUpgradeRequest upgrade) {
                        subject = upgrade.getCluster();
                        isChange = !upgrade.getVersion().isEmpty() && !upgrade.getDryRun();
                    }
                    super.onMessage(message);
                }

                @Override
                public void onCancel() {
                    write(Status.Code.CANCELLED);
                    super.onCancel();
                }
            };
        }

        private void write(Status.Code code) {
            if (isChange && written.compareAndSet(false, true)) {
                var peer = String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
                AuditLog.write(
                        request(caller, peer, method, subject), code.name(), code == Status.Code.OK ? "" : code.name());
            }
        }
    }
}
