package dev.garboard.agentapi;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call that others than its service may end. The service notices as if the caller had cancelled; what it still sends is dropped.
 * gRPC's calls are not made for two threads, so they take turns.
 */
abstract class EndableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private boolean closed;
    private volatile boolean cut;

    EndableCall(ServerCall<Q, A> call) {
        super(call);
    }

    /** Ends the call beside whatever its service does; of no effect, and false, when it is over already. */
    final boolean end(Status status) {
        synchronized (this) {
            if (closed) {
                return false;
            }
            closed = true;
            cut = true;
            delegate().close(status, new Metadata());
        }
        return true;
    }

    final synchronized boolean isOver() {
        return closed;
    }

    /** The service has ended the call, or gRPC says that it is over; may be called twice. */
    abstract void over();

    /** gRPC says that the call is over. */
    void finished() {}

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
        over();
    }

    @Override
    public boolean isCancelled() {
        return cut || super.isCancelled();
    }

    /** Hears of the end; a call that was cut is a cancelled one to the service. */
    class Notified extends SimpleForwardingServerCallListener<Q> {

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
            synchronized (EndableCall.this) {
                closed = true;
            }
            over();
            finished();
        }
    }
}
