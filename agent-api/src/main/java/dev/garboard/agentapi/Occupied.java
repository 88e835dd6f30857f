package dev.garboard.agentapi;

import dev.garboard.admission.ConnectionGate;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;

/**
 * Tells the gate which connections are in use: those with a call that has said all that its service waits for. A call that was only opened
 * holds no connection. Stands last before the services, behind everything that may refuse a call.
 */
final class Occupied implements ServerInterceptor {

    private final ConnectionGate gate;

    Occupied(ConnectionGate gate) {
        this.gate = gate;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer)) {
            return next.startCall(call, headers);
        }
        var use = new Use(peer);
        // Whoever takes no answer keeps the call from its end for as long as they like; it is over when the service
        // says so.
        var ending = new SimpleForwardingServerCall<Q, A>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
                super.close(status, trailers);
                use.end();
            }
        };
        return new Counted<>(
                next.startCall(ending, headers),
                use,
                call.getMethodDescriptor().getType().clientSendsOneMessage());
    }

    /** Of a connection by one call. */
    private final class Use {

        private final InetSocketAddress peer;
        private boolean begun;
        private boolean over;

        Use(InetSocketAddress peer) {
            this.peer = peer;
        }

        synchronized void begin() {
            if (!begun && !over) {
                begun = true;
                gate.began(peer);
            }
        }

        synchronized void end() {
            if (begun && !over) {
                gate.ended(peer);
            }
            over = true;
        }
    }

    private static final class Counted<Q> extends SimpleForwardingServerCallListener<Q> {

        private final Use use;
        private final boolean oneMessage;

        Counted(ServerCall.Listener<Q> listener, Use use, boolean oneMessage) {
            super(listener);
            this.use = use;
            this.oneMessage = oneMessage;
        }

        @Override
        public void onMessage(Q message) {
            if (!oneMessage) {
                use.begin();
            }
            super.onMessage(message);
        }

        /** Only now does a service that takes one message see it. */
        @Override
        public void onHalfClose() {
            use.begin();
            super.onHalfClose();
        }

        @Override
        public void onComplete() {
            use.end();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            use.end();
            super.onCancel();
        }
    }
}
