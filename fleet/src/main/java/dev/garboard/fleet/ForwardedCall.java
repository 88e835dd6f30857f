package dev.garboard.fleet;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * One call passed on, unread, in both directions. A side is asked for its next message only when the other can take it, so a slow reader
 * holds up the node and not the server's memory; a cancelled call is cancelled on the node.
 */
final class ForwardedCall {

    private final ServerCall<byte[], byte[]> caller;
    private final ClientCall<byte[], byte[]> node;
    private final FleetEvents events;
    private final Object lock = new Object();
    private boolean callerWaits;
    private boolean nodeWaits;

    private ForwardedCall(ServerCall<byte[], byte[]> caller, ClientCall<byte[], byte[]> node, FleetEvents events) {
        this.caller = caller;
        this.node = node;
        this.events = events;
    }

    static ServerCall.Listener<byte[]> start(
            ServerCall<byte[], byte[]> caller, ClientCall<byte[], byte[]> node, Metadata headers, FleetEvents events) {
        var call = new ForwardedCall(caller, node, events);
        node.start(call.new FromNode(), headers);
        caller.request(1);
        node.request(1);
        return call.new FromCaller();
    }

    private final class FromCaller extends ServerCall.Listener<byte[]> {

        @Override
        public void onMessage(byte[] message) {
            node.sendMessage(message);
            synchronized (lock) {
                if (node.isReady()) {
                    caller.request(1);
                } else {
                    callerWaits = true;
                }
            }
        }

        @Override
        public void onHalfClose() {
            node.halfClose();
        }

        @Override
        public void onCancel() {
            node.cancel("the caller cancelled", null);
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                if (nodeWaits && caller.isReady()) {
                    nodeWaits = false;
                    node.request(1);
                }
            }
        }
    }

    private final class FromNode extends ClientCall.Listener<byte[]> {

        @Override
        public void onHeaders(Metadata headers) {
            caller.sendHeaders(headers);
        }

        @Override
        public void onMessage(byte[] message) {
            caller.sendMessage(message);
            synchronized (lock) {
                if (caller.isReady()) {
                    node.request(1);
                } else {
                    nodeWaits = true;
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            events.happened("forward", status.getCode().name());
            if (!caller.isCancelled()) {
                caller.close(status, trailers);
            }
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                if (callerWaits && node.isReady()) {
                    callerWaits = false;
                    caller.request(1);
                }
            }
        }
    }
}
