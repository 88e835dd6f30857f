package dev.garboard.agentapi;

import dev.garboard.trust.Caller;
import dev.garboard.trust.CertificateFailure;
import dev.garboard.trust.Role;
import dev.garboard.trust.TrustException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call pass when its caller has the role that the method needs, and hands the caller on in the gRPC context. A caller without a
 * certificate gets UNAUTHENTICATED, one with too small a role PERMISSION_DENIED with the role it has and the one it needs.
 */
public final class RoleInterceptor implements ServerInterceptor {

    /** Who calls; on behalf of whom, when the server forwards. */
    public static final Context.Key<Caller> CALLER = Context.key("garboard-caller");

    /** The certificate that the peer showed, verified. */
    public static final Context.Key<X509Certificate> CERTIFICATE = Context.key("garboard-certificate");

    /** Hears of every call that was refused. */
    @FunctionalInterface
    public interface Refusals {
        /**
         * Called on a thread of gRPC; must not block.
         *
         * @param peer address of the other end, as text
         */
        void refused(String method, CertificateFailure.Reason reason, String message, String peer);
    }

    private final Map<String, Role> roles;
    private final Set<String> open;
    private final X509Certificate siteCa;
    private final InstantSource clock;
    private final Refusals refusals;

    /**
     * An interceptor for one server.
     *
     * @param roles full method name to the role it needs, see {@link MachineApiRoles}
     * @param open methods that need no certificate
     */
    public RoleInterceptor(
            Map<String, Role> roles, Set<String> open, X509Certificate siteCa, InstantSource clock, Refusals refusals) {
        this.roles = Map.copyOf(roles);
        this.open = Set.copyOf(open);
        this.siteCa = siteCa;
        this.clock = clock;
        this.refusals = refusals;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var method = call.getMethodDescriptor().getFullMethodName();
        if (open.contains(method)) {
            return next.startCall(call, headers);
        }
        var shortName = Optional.ofNullable(call.getMethodDescriptor().getBareMethodName())
                .orElse(method);
        var certificate = certificate(call);
        if (certificate == null) {
            return refuse(call, Status.UNAUTHENTICATED, CertificateFailure.missing(shortName));
        }
        // A connection may live longer than the certificate that opened it.
        if (clock.instant().isAfter(certificate.getNotAfter().toInstant())) {
            var expired = CertificateFailure.of(certificate, siteCa, clock.instant());
            return refuse(call, Status.UNAUTHENTICATED, expired.orElseGet(() -> CertificateFailure.missing(shortName)));
        }
        var peer = Caller.of(certificate);
        Caller caller;
        try {
            caller = onBehalfOf(peer, headers.get(MachineMetadata.ON_BEHALF_OF));
        } catch (TrustException refused) {
            return refuse(
                    call,
                    Status.PERMISSION_DENIED,
                    new CertificateFailure(CertificateFailure.Reason.NO_ROLE, refused.getMessage()));
        }
        var needed = roles.get(method);
        if (needed == null) {
            return refuse(
                    call,
                    Status.PERMISSION_DENIED,
                    new CertificateFailure(CertificateFailure.Reason.NO_ROLE, shortName + " is open to no role"));
        }
        var tooSmall = CertificateFailure.ofRole(caller, needed, shortName);
        if (tooSmall.isPresent()) {
            return refuse(call, Status.PERMISSION_DENIED, tooSmall.get());
        }
        var context = Context.current().withValue(CALLER, caller).withValue(CERTIFICATE, certificate);
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static Caller onBehalfOf(Caller peer, @Nullable String person) {
        if (person == null) {
            return peer;
        }
        if (!peer.roles().contains(Role.SERVER)) {
            throw new TrustException(
                    "only the server calls on behalf of others; leave out garboard-on-behalf-of, or call the server");
        }
        return MachineMetadata.readOnBehalfOf(person);
    }

    private static @Nullable X509Certificate certificate(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate ? certificate : null;
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status, CertificateFailure failure) {
        refusals.refused(
                call.getMethodDescriptor().getFullMethodName(),
                failure.reason(),
                failure.message(),
                String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
        call.close(status.withDescription(failure.message()), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
