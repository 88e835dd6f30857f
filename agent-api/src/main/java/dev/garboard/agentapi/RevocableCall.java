package dev.garboard.agentapi;

import dev.garboard.trust.CertificateFailure;
import dev.garboard.trust.RevocationGate;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** A call that ends when its caller's certificate is revoked. */
final class RevocableCall<Q, A> extends EndableCall<Q, A> {

    private final Context.CancellableContext context;
    private volatile RevocationGate.@Nullable Admission admission;

    private RevocableCall(ServerCall<Q, A> call, Context context) {
        super(call);
        this.context = context.withCancellation();
    }

    static <Q, A> ServerCall.Listener<Q> start(
            ServerCall<Q, A> call,
            Metadata headers,
            ServerCallHandler<Q, A> next,
            Context context,
            X509Certificate certificate,
            RevocationGate gate) {
        var revocable = new RevocableCall<>(call, context);
        var listener = revocable.new Notified(Contexts.interceptCall(revocable.context, revocable, headers, next));
        revocable.admission = gate.admit(certificate, () -> revocable.cut(certificate));
        if (revocable.isOver()) {
            revocable.over();
        }
        return listener;
    }

    /** On the thread of the revocation. */
    private void cut(X509Certificate certificate) {
        var failure = CertificateFailure.revoked(certificate);
        if (end(Status.UNAUTHENTICATED.withDescription(failure.message()))) {
            context.cancel(null);
        }
    }

    @Override
    void over() {
        var entered = admission;
        if (entered != null) {
            entered.close();
        }
    }

    @Override
    void finished() {
        context.cancel(null);
    }
}
