package dev.garboard.agentapi;

import dev.garboard.admission.ConnectionGate;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
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
        var listener = next.startCall(call, headers);
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer
                ? new Counted<>(
                        listener, peer, call.getMethodDescriptor().getType().clientSendsOneMessage())
                : listener;
    }

    /** gRPC calls it from one thread at a time. */
    private final class Counted<Q> extends SimpleForwardingServerCallListener<Q> {

        private final InetSocketAddress peer;
        private final boolean oneMessage;
        private boolean counted;

        Counted(ServerCall.Listener<Q> listener, InetSocketAddress peer, boolean oneMessage) {
            super(listener);
            this.peer = peer;
            this.oneMessage = oneMessage;
        }

        @Override
        public void onMessage(Q message) {
            if (!oneMessage) {
                begin();
            }
            super.onMessage(message);
        }

        /** Only now does a service that takes one message see it. */
        @Override
        public void onHalfClose() {
            begin();
            super.onHalfClose();
        }

        @Override
        public void onComplete() {
            end();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            end();
            super.onCancel();
        }

        private void begin() {
            if (!counted) {
                counted = true;
                gate.began(peer);
            }
        }

        private void end() {
            if (counted) {
                counted = false;
                gate.ended(peer);
            }
        }
    }
}
