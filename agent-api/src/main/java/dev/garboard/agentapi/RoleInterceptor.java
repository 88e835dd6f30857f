package dev.garboard.agentapi;

import dev.garboard.trust.Caller;
import dev.garboard.trust.CertificateFailure;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.TrustException;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
        /** Called on a thread of gRPC; must not block. */
        void refused(Refused call);
    }

    /**
     * A call that was refused.
     *
     * @param method full name
     * @param caller null when nobody was told by a certificate
     * @param peer address of the other end, as text
     * @param machine that the call was for, as its metadata says; empty when they do not
     */
    public record Refused(
            String method,
            @Nullable Caller caller,
            Status.Code status,
            CertificateFailure.Reason reason,
            String message,
            String peer,
            String machine) {}

    private final Map<String, Role> roles;
    private final Set<String> open;
    private final X509Certificate siteCa;
    private final InstantSource clock;
    private final RevocationGate gate;
    private final Refusals refusals;

    /**
     * An interceptor for one server.
     *
     * @param roles full method name to the role it needs, see {@link MachineApiRoles}
     * @param open methods that need no certificate
     * @param gate which certificates were revoked; calls of their bearers end when they are
     */
    public RoleInterceptor(
            Map<String, Role> roles,
            Set<String> open,
            X509Certificate siteCa,
            InstantSource clock,
            RevocationGate gate,
            Refusals refusals) {
        this.roles = Map.copyOf(roles);
        this.open = Set.copyOf(open);
        this.siteCa = siteCa;
        this.clock = clock;
        this.gate = gate;
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
        var certificate = PeerCertificate.of(call.getAttributes());
        if (certificate == null) {
            return refuse(call, headers, null, Status.UNAUTHENTICATED, CertificateFailure.missing(shortName));
        }
        // A connection may live longer than the certificate that opened it.
        if (clock.instant().isAfter(certificate.getNotAfter().toInstant())) {
            var expired = CertificateFailure.of(certificate, siteCa, clock.instant());
            return refuse(
                    call,
                    headers,
                    Caller.of(certificate),
                    Status.UNAUTHENTICATED,
                    expired.orElseGet(() -> CertificateFailure.missing(shortName)));
        }
        var peer = Caller.of(certificate);
        var revoked = gate.refusal(certificate);
        if (revoked.isPresent()) {
            return refuse(call, headers, peer, Status.UNAUTHENTICATED, revoked.get());
        }
        if (!gate.isInformed() && !peer.roles().contains(Role.SERVER)) {
            return refuse(
                    call,
                    headers,
                    peer,
                    Status.UNAVAILABLE,
                    new CertificateFailure(
                            CertificateFailure.Reason.REVOKED,
                            "this machine has not heard from its server yet which certificates were revoked, and lets"
                                    + " nobody but the server in before; call through the server, or try again"));
        }
        Caller caller;
        try {
            caller = onBehalfOf(peer, headers.get(MachineMetadata.ON_BEHALF_OF));
        } catch (TrustException refused) {
            return refuse(
                    call,
                    headers,
                    peer,
                    Status.PERMISSION_DENIED,
                    new CertificateFailure(CertificateFailure.Reason.NO_ROLE, refused.getMessage()));
        }
        var needed = roles.get(method);
        if (needed == null) {
            return refuse(
                    call,
                    headers,
                    caller,
                    Status.PERMISSION_DENIED,
                    new CertificateFailure(CertificateFailure.Reason.NO_ROLE, shortName + " is open to no role"));
        }
        var tooSmall = CertificateFailure.ofRole(caller, needed, shortName);
        if (tooSmall.isPresent()) {
            return refuse(call, headers, caller, Status.PERMISSION_DENIED, tooSmall.get());
        }
        var context = Context.current().withValue(CALLER, caller).withValue(CERTIFICATE, certificate);
        return RevocableCall.start(call, headers, next, context, certificate, gate);
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

    private <Q, A> ServerCall.Listener<Q> refuse(
            ServerCall<Q, A> call,
            Metadata headers,
            @Nullable Caller caller,
            Status status,
            CertificateFailure failure) {
        refusals.refused(new Refused(
                call.getMethodDescriptor().getFullMethodName(),
                caller,
                status.getCode(),
                failure.reason(),
                failure.message(),
                String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                Objects.requireNonNullElse(headers.get(MachineMetadata.MACHINE), "")));
        call.close(status.withDescription(failure.message()), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
