package dev.garboard.agent.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** A response stream whose sender waits for a slow reader, so that no queue grows on the node. */
final class BlockingStream<T> {

    private static final long WAIT_MILLIS = 1000;

    private final ServerCallStreamObserver<T> call;

    private BlockingStream(ServerCallStreamObserver<T> call) {
        this.call = call;
    }

    /** Must be called on the thread that got the call, before it returns. */
    static <T> BlockingStream<T> over(StreamObserver<T> observer) {
        var stream = new BlockingStream<>((ServerCallStreamObserver<T>) observer);
        stream.call.setOnReadyHandler(stream::wake);
        stream.call.setOnCancelHandler(stream::wake);
        return stream;
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** Whether the reader has gone. */
    boolean isCancelled() {
        return call.isCancelled();
    }

    /** Sends when the reader is ready; false when it has gone. */
    boolean send(T message) throws InterruptedException {
        synchronized (this) {
            while (!call.isReady() && !call.isCancelled()) {
                wait(WAIT_MILLIS);
            }
        }
        if (call.isCancelled()) {
            return false;
        }
        try {
            call.onNext(message);
            return true;
        } catch (StatusRuntimeException cancelled) {
            if (cancelled.getStatus().getCode() == Status.Code.CANCELLED) {
                return false;
            }
            throw cancelled;
        }
    }

    void complete() {
        if (!call.isCancelled()) {
            call.onCompleted();
        }
    }
}
