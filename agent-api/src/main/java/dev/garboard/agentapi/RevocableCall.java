package dev.garboard.agentapi;

import dev.garboard.trust.CertificateFailure;
import dev.garboard.trust.RevocationGate;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * A call that ends when its caller's certificate is revoked. The service notices as if the caller had cancelled; what it still sends is
 * dropped.
 */
final class RevocableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private final Context.CancellableContext context;
    private boolean closed;
    private volatile boolean cut;
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
            revocable.leave();
        }
        return listener;
    }

    /** On the thread of the revocation, beside whatever the service does: gRPC's calls are not made for two threads, so they take turns. */
    private void cut(X509Certificate certificate) {
        var failure = CertificateFailure.revoked(certificate);
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            cut = true;
            delegate().close(Status.UNAUTHENTICATED.withDescription(failure.message()), new Metadata());
        }
        context.cancel(null);
    }

    private synchronized boolean isOver() {
        return closed;
    }

    private void leave() {
        var entered = admission;
        if (entered != null) {
            entered.close();
        }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!cut) {
            super.sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(A message) {
        if (!cut) {
            super.sendMessage(message);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        synchronized (this) {
            if (cut) {
                return;
            }
            closed = true;
            super.close(status, trailers);
        }
        leave();
    }

    @Override
    public boolean isCancelled() {
        return cut || super.isCancelled();
    }

    /** Hears of the end; one that was cut is a cancelled one to the service. */
    private final class Notified extends SimpleForwardingServerCallListener<Q> {

        Notified(ServerCall.Listener<Q> listener) {
            super(listener);
        }

        @Override
        public void onComplete() {
            ended();
            if (cut) {
                super.onCancel();
            } else {
                super.onComplete();
            }
        }

        @Override
        public void onCancel() {
            ended();
            super.onCancel();
        }

        private void ended() {
            synchronized (RevocableCall.this) {
                closed = true;
            }
            leave();
            context.cancel(null);
        }
    }
}
