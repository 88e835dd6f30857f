package dev.garboard.agent.api;

import dev.garboard.agent.kubernetes.controlplane.SnapshotUpload;
import dev.garboard.agentapi.v1.EtcdRestorePlan;
import dev.garboard.agentapi.v1.EtcdRestoreRequest;
import dev.garboard.agentapi.v1.EtcdRestoreResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A snapshot that arrives message by message; the sender is asked for the next one only when the last is written. */
final class EtcdRestoreStream implements StreamObserver<EtcdRestoreRequest> {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");

    private final Receiver receiver;
    private final StreamObserver<EtcdRestoreResponse> out;
    private @Nullable SnapshotUpload upload;
    private boolean ended;

    /** Begins to receive what a plan announces. */
    interface Receiver {
        SnapshotUpload receive(EtcdRestorePlan plan) throws IOException;
    }

    EtcdRestoreStream(Receiver receiver, StreamObserver<EtcdRestoreResponse> out) {
        this.receiver = receiver;
        this.out = out;
    }

    @Override
    public void onNext(EtcdRestoreRequest part) {
        if (ended) {
            return;
        }
        try {
            if (part.hasPlan() && upload == null) {
                upload = receiver.receive(part.getPlan());
            } else if (part.hasData() && upload != null) {
                upload.take(part.getData());
            } else {
                throw Status.INVALID_ARGUMENT
                        .withDescription("expected the plan in the first message, and data in every other")
                        .asRuntimeException();
            }
        } catch (IOException | StatusRuntimeException failed) {
            fail(failed);
        }
    }

    @Override
    public void onCompleted() {
        if (ended) {
            return;
        }
        var whole = upload;
        if (whole == null) {
            fail(Status.INVALID_ARGUMENT
                    .withDescription("the stream ended before its plan came")
                    .asRuntimeException());
            return;
        }
        try {
            var answer = whole.finish();
            ended = true;
            close();
            out.onNext(answer);
            out.onCompleted();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            fail(Status.UNAVAILABLE.withDescription("the node goes down").asRuntimeException());
        } catch (IOException | StatusRuntimeException failed) {
            fail(failed);
        }
    }

    @Override
    public void onError(Throwable cancelled) {
        ended = true;
        close();
    }

    private void fail(Exception failed) {
        ended = true;
        close();
        out.onError(
                failed instanceof StatusRuntimeException refused
                        ? refused
                        : Status.INTERNAL
                                .withDescription("the snapshot cannot be written: " + failed.getMessage())
                                .withCause(failed)
                                .asRuntimeException());
    }

    private void close() {
        if (upload != null) {
            try {
                upload.close();
            } catch (IOException stays) {
                LOG.debug("the file of a snapshot that was given up was not closed", stays);
            }
        }
    }
}
